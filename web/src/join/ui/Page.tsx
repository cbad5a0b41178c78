/** The frame of every quiet page: name, language, offline banner, one column of content. */
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { BrandMark } from "../../shared/BrandMark";
import { LanguageSwitch } from "../../shared/LanguageSwitch";
import { OfflineBanner } from "../../shared/OfflineBanner";

interface PageProps {
  /** Shown in the browser's tab. */
  title?: string | undefined;
  wide?: boolean;
  children: ReactNode;
}

export function Page({ title, wide = false, children }: PageProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = title ? `${title} | Todoku` : "Todoku";
  }, [title]);
  return (
    <div className="page">
      <OfflineBanner />
      <header className="page-header">
        <span className="brand">
          <BrandMark />
          {t("ui.brand")}
        </span>
        <LanguageSwitch />
      </header>
      <main className={wide ? "page-main page-main-wide" : "page-main"}>{children}</main>
    </div>
  );
}
