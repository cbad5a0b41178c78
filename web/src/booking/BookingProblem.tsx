/** What failed, and other times to take with one tap. */
import { useTranslation } from "react-i18next";
import { nameOf } from "../shared/named";
import { useStore } from "../shared/store";
import { dayName, timeOfDay } from "../shared/time";
import { ErrorNotice } from "../join/ui/ErrorScreen";
import type { BookingFlow } from "./flow";

export function BookingProblem({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const { problem, alternatives, zone } = useStore(flow.state);
  if (!problem) return null;
  return (
    <ErrorNotice error={problem}>
      {alternatives.length > 0 ? (
        <ul className="alternatives" aria-label={t("booking.alternatives")}>
          {alternatives.map((each) => (
            <li key={each.therapist_id + each.starts_at}>
              <button
                type="button"
                className="time"
                data-testid="alternative"
                onClick={() => void flow.pick(each, each.therapist_id)}
              >
                {dayName(each.starts_at, zone)} {timeOfDay(each.starts_at, zone)}
                <small>{nameOf(flow.therapistOf(each.therapist_id))}</small>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </ErrorNotice>
  );
}
