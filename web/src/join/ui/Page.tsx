/** The frame of every quiet page: name, language, offline banner, one column of content. */
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
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

export function BrandMark() {
  return (
    <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--green)" />
      <path
        d="M8 17.5c3.2 0 4.4-7 8-7s4.8 7 8 7"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <circle cx="16" cy="21.5" r="2.3" fill="#f2b083" />
    </svg>
  );
}
