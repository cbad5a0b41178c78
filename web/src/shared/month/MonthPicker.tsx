/**
 * A month of days, those with free times marked, and below it what is free on the chosen one.
 * Which month is shown and how its times are fetched is for whoever uses it; so are the times' own buttons.
 */
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { dayName } from "../time";
import { type Starting, byDay, nextMonth } from "./month";
import { MonthGrid } from "./MonthGrid";
import "./month.css";

interface MonthPickerProps<S extends Starting> {
  /** "2026-11" */
  month: string;
  zone: string;
  /** "2026-11-25": nothing before its month is shown. */
  today: string;
  starting: readonly S[];
  onMonth: (month: string) => void;
  /** The times of one day. */
  children: (starting: readonly S[]) => ReactNode;
  /** In place of the times where no day has any. */
  empty: ReactNode;
}

export function MonthPicker<S extends Starting>(props: MonthPickerProps<S>) {
  const { month, zone, today, starting, onMonth, children, empty } = props;
  const [wanted, setWanted] = useState<string>();
  const days = byDay(starting, zone);
  const chosen = wanted && days.has(wanted) ? wanted : [...days.keys()][0];
  return (
    <>
      <MonthMoves month={month} today={today} onMonth={onMonth} />
      <MonthGrid
        month={month}
        today={today}
        counts={new Map([...days].map(([date, each]) => [date, each.length]))}
        chosen={chosen}
        onChoose={setWanted}
        onMonth={onMonth}
      />
      {chosen ? (
        <>
          <h2 className="times-title" aria-live="polite">
            {dayName(`${chosen}T12:00:00Z`, "UTC")}
          </h2>
          {children(days.get(chosen) ?? [])}
        </>
      ) : (
        empty
      )}
    </>
  );
}

type MovesProps = Pick<MonthPickerProps<Starting>, "month" | "today" | "onMonth">;

function MonthMoves({ month, today, onMonth }: MovesProps) {
  const { t, i18n } = useTranslation();
  const name = new Intl.DateTimeFormat(i18n.language, {
    year: "numeric",
    month: "long",
    timeZone: "UTC",
  });
  return (
    <div className="month-moves">
      <button
        type="button"
        className="button button-quiet"
        disabled={month <= today.slice(0, 7)}
        onClick={() => onMonth(nextMonth(month, -1))}
        aria-label={t("month.earlier")}
        data-testid="previous-month"
      >
        ← <span className="month-word">{t("month.earlier")}</span>
      </button>
      <span id="month-title" aria-live="polite">
        {name.format(new Date(`${month}-01T12:00:00Z`))}
      </span>
      <button
        type="button"
        className="button button-quiet"
        onClick={() => onMonth(nextMonth(month, 1))}
        aria-label={t("month.later")}
        data-testid="next-month"
      >
        <span className="month-word">{t("month.later")}</span> →
      </button>
    </div>
  );
}
