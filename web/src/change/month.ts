/** Pure: a month as a grid of weeks beginning on Monday, and where the arrow keys go in it. */
import { addDays, localDate } from "../shared/time";

/** The month an instant lies in, "2026-11". */
export function monthOf(instant: number, zone: string): string {
  return localDate(instant, zone).slice(0, 7);
}

export function firstOfMonth(month: string): string {
  return `${month}-01`;
}

export function lastOfMonth(month: string): string {
  return addDays(firstOfMonth(nextMonth(month, 1)), -1);
}

/** ("2026-12", 1) -> "2027-01" */
export function nextMonth(month: string, months: number): string {
  const moved = new Date(`${month}-01T00:00:00Z`);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  return moved.toISOString().slice(0, 7);
}

/** 0 is Monday. */
export function weekdayOf(date: string): number {
  return (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** Whole weeks that hold the month; days of its neighbours are null. */
export function weeksOf(month: string): (string | null)[][] {
  const first = firstOfMonth(month);
  const start = addDays(first, -weekdayOf(first));
  const weeks: (string | null)[][] = [];
  for (let from = start; from <= lastOfMonth(month); from = addDays(from, 7)) {
    const days = Array.from({ length: 7 }, (_, at) => addDays(from, at));
    weeks.push(days.map((day) => (day.startsWith(month) ? day : null)));
  }
  return weeks;
}

const STEPS: Record<string, (date: string) => number> = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: () => -7,
  ArrowDown: () => 7,
  Home: (date) => -weekdayOf(date),
  End: (date) => 6 - weekdayOf(date),
};

/** Where a key leads from a day; undefined: it is no key of the grid. Never leaves the month. */
export function afterKey(key: string, date: string): string | undefined {
  const step = STEPS[key]?.(date);
  if (step === undefined) return undefined;
  const moved = addDays(date, step);
  return moved.slice(0, 7) === date.slice(0, 7) ? moved : date;
}
