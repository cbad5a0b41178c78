/** Whether one looks for a therapist first, or for a time. */
import { useTranslation } from "react-i18next";
import { useStore } from "../shared/store";
import type { BookingFlow } from "./flow";
import { hasChoice } from "./state";

export function ModeSwitch({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const state = useStore(flow.state);
  if (!hasChoice(state) || state.offer?.own_therapist) return null;
  const byTime = state.by === "time";
  return (
    <div className="modes" role="group" aria-label={t("booking.by.label")}>
      <button
        type="button"
        aria-pressed={!byTime}
        data-testid="by-therapist"
        onClick={byTime ? () => history.back() : undefined}
      >
        {t("booking.by.therapist")}
      </button>
      <button
        type="button"
        aria-pressed={byTime}
        data-testid="by-time"
        onClick={byTime ? undefined : () => void flow.chooseByTime()}
      >
        {t("booking.by.time")}
      </button>
    </div>
  );
}
