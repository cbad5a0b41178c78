/** On a narrow screen one day is shown; here it is chosen. */
import { useTranslation } from "react-i18next";
import { useWeekdays } from "../pace/RuleRow";

interface Props {
  dates: readonly string[];
  day: number;
  onPick: (day: number) => void;
}

export function DayPicker({ dates, day, onPick }: Props) {
  const { t } = useTranslation();
  const names = useWeekdays("short");
  return (
    <div className="day-picker" role="group" aria-label={t("week.pick_day")}>
      {dates.map((date, weekday) => (
        <button
          key={date}
          type="button"
          aria-pressed={weekday === day}
          data-testid="pick-day"
          onClick={() => onPick(weekday)}
        >
          <span>{names[weekday]}</span> <span>{Number(date.slice(8))}</span>
        </button>
      ))}
    </div>
  );
}
