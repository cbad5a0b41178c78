/** The grid of a month: one stop for Tab, the keys of WAI-ARIA's grid pattern from day to day. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { dayName } from "../time";
import { afterKey, firstOfMonth, weeksOf } from "./month";

interface GridProps {
  month: string;
  today: string;
  /** How many times are free on a day. */
  counts: ReadonlyMap<string, number>;
  chosen: string | undefined;
  onChoose: (date: string) => void;
  onMonth: (month: string) => void;
}

export function MonthGrid({ month, today, counts, chosen, onChoose, onMonth }: GridProps) {
  const { t } = useTranslation();
  const keys = useId();
  const grid = useRef<HTMLTableElement>(null);
  const [reached, setReached] = useState<string>(); // with the keys
  const byKey = useRef(false);
  useEffect(() => {
    if (!byKey.current || !reached?.startsWith(month)) return;
    byKey.current = false;
    grid.current?.querySelector<HTMLElement>(`[data-date="${reached}"]`)?.focus();
  }, [reached, month]);
  const pressed = (event: KeyboardEvent, date: string) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = afterKey(event.key, date, today);
    if (next === undefined) return;
    event.preventDefault();
    byKey.current = next !== date;
    setReached(next);
    if (!next.startsWith(month)) onMonth(next.slice(0, 7));
  };
  const tabStop = [reached, chosen].find((date) => date?.startsWith(month)) ?? firstOfMonth(month);
  return (
    <>
      <table
        ref={grid}
        className="month"
        role="grid"
        aria-labelledby="month-title"
        aria-describedby={keys}
      >
        <Weekdays />
        <tbody>
          {weeksOf(month).map((week, row) => (
            <tr key={row}>
              {week.map((date, column) => (
                <td key={column} role="gridcell" aria-selected={date !== null && date === chosen}>
                  {date ? (
                    <DayButton
                      date={date}
                      count={counts.get(date) ?? 0}
                      chosen={date === chosen}
                      isToday={date === today}
                      tabStop={date === tabStop}
                      onChoose={() => onChoose(date)}
                      onKey={(event) => pressed(event, date)}
                    />
                  ) : null}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p id={keys} hidden>
        {t("month.keys")}
      </p>
    </>
  );
}

const A_MONDAY = Date.UTC(2026, 10, 23);
const DAY_MS = 86_400_000;

function Weekdays() {
  const { i18n } = useTranslation();
  const name = (weekday: "short" | "long", at: number) =>
    new Intl.DateTimeFormat(i18n.language, { weekday, timeZone: "UTC" }).format(
      A_MONDAY + at * DAY_MS,
    );
  return (
    <thead>
      <tr>
        {Array.from({ length: 7 }, (_, at) => (
          <th key={at} scope="col" abbr={name("long", at)}>
            {name("short", at)}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface DayButtonProps {
  date: string;
  count: number;
  chosen: boolean;
  isToday: boolean;
  tabStop: boolean;
  onChoose: () => void;
  onKey: (event: KeyboardEvent) => void;
}

function DayButton({ date, count, chosen, isToday, tabStop, onChoose, onKey }: DayButtonProps) {
  const { t } = useTranslation();
  const day = dayName(`${date}T12:00:00Z`, "UTC");
  return (
    <button
      type="button"
      className="month-day"
      data-date={date}
      data-testid="month-day"
      data-free={count > 0 || undefined}
      aria-pressed={chosen}
      aria-disabled={count === 0 || undefined}
      aria-current={isToday ? "date" : undefined}
      aria-label={count > 0 ? t("month.day", { day, count }) : t("month.full", { day })}
      tabIndex={tabStop ? 0 : -1}
      onClick={count > 0 ? onChoose : undefined}
      onKeyDown={onKey}
    >
      {Number(date.slice(8))}
      <span aria-hidden="true" className="month-dot" />
    </button>
  );
}
