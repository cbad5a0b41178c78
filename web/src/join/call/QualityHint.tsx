/** Names a weak connection and whose side it is on; silent while all is well. */
import { useTranslation } from "react-i18next";
import type { Verdict } from "../../rtc/quality";

export function QualityHint({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation();
  const { level, cause } = verdict;
  return (
    <p
      className={`quality quality-${level}`}
      role="status"
      data-testid="quality"
      data-level={level}
    >
      {cause ? t(`call.quality.${cause}`) : null}
    </p>
  );
}
