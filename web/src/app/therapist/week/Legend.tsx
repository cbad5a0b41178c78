/** What the colours and hatchings of the grid mean. */
import { useTranslation } from "react-i18next";

const PARTS = ["hours", "session", "requested", "cancelled", "off", "imported", "special"] as const;

export function Legend() {
  const { t } = useTranslation();
  return (
    <ul className="legend" aria-label={t("week.legend.title")}>
      {PARTS.map((part) => (
        <li key={part}>
          <span className={`swatch swatch-${part}`} aria-hidden="true" />
          {t(`week.legend.${part}`)}
        </li>
      ))}
    </ul>
  );
}
