/** Says that something is being fetched. */
import { useTranslation } from "react-i18next";

export function Loading({ text }: { text?: string }) {
  const { t } = useTranslation();
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      {text ?? t("common.loading")}
    </div>
  );
}
