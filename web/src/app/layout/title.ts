/** The tab's title: the page's name, then the product's. */
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

export function usePageTitle(name: string): void {
  const { t } = useTranslation();
  const product = t("app.name");
  useEffect(() => {
    document.title = name === product ? product : `${name} – ${product}`;
  }, [name, product]);
}
