/** The days above the grid; each opens what is to hold on that date alone. */
import { useTranslation } from "react-i18next";
import { useWeekdays } from "../pace/RuleRow";

interface Props {
  dates: readonly string[];
  columns: readonly number[];
  today: string;
  onOpen: (date: string) => void;
}

export function DayHeads({ dates, columns, today, onOpen }: Props) {
  const { t } = useTranslation();
  const names = useWeekdays("short");
  return (
    <div className="week-heads">
      {columns.map((weekday) => {
        const date = dates[weekday] ?? "";
        return (
          <button
            key={weekday}
            type="button"
            className="week-head"
            data-testid="week-head"
            data-date={date}
            aria-current={date === today ? "date" : undefined}
            onClick={() => onOpen(date)}
          >
            <span>{names[weekday]}</span> <strong>{Number(date.slice(8))}</strong>
            <span className="visually-hidden"> {t("week.day_alone")}</span>
          </button>
        );
      })}
    </div>
  );
}
