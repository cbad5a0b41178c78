/**
 * Pure: a month as a grid of weeks beginning on Monday, where the keys go in it, and instants laid out on the
 * days of a zone. Days are "2026-11-25" and months "2026-11", as the visitor's calendar says them.
 */
import { addDays, localDate, timeOfDay } from "../time";
import { zoneOffset } from "../zones";

/** The month an instant lies in, "2026-11". */
export function monthOf(instant: number | string, zone: string): string {
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

const KEYS: Record<string, (date: string) => string> = {
  ArrowLeft: (date) => addDays(date, -1),
  ArrowRight: (date) => addDays(date, 1),
  ArrowUp: (date) => addDays(date, -7),
  ArrowDown: (date) => addDays(date, 7),
  Home: (date) => addDays(date, -weekdayOf(date)),
  End: (date) => addDays(date, 6 - weekdayOf(date)),
  PageUp: (date) => sameDay(date, -1),
  PageDown: (date) => sameDay(date, 1),
};

/**
 * Where a key leads from a day, as in the grid pattern of WAI-ARIA; undefined: it is no key of the grid. Never
 * before the month of `today`: nothing can be chosen there.
 */
export function afterKey(key: string, date: string, today: string): string | undefined {
  const moved = KEYS[key]?.(date);
  return moved !== undefined && moved < firstOfMonth(today.slice(0, 7)) ? date : moved;
}

/** The same day of another month, or its last: ("2026-12-31", 2) -> "2027-02-28". */
function sameDay(date: string, months: number): string {
  const month = nextMonth(date.slice(0, 7), months);
  const wished = month + date.slice(7);
  const last = lastOfMonth(month);
  return wished < last ? wished : last;
}

export interface Starting {
  starts_at: string;
}

/** What starts on each day, by the zone's calendar; days without anything are left out. */
export function byDay<S extends Starting>(starting: readonly S[], zone: string): Map<string, S[]> {
  const days = new Map<string, S[]>();
  for (const one of starting) {
    const date = localDate(one.starts_at, zone);
    const known = days.get(date);
    if (known) known.push(one);
    else days.set(date, [one]);
  }
  return days;
}

/** The wall clock at each start of a day; where clocks go back an hour comes twice, and says which it is. */
export function clockTimes(starting: readonly Starting[], zone: string): string[] {
  const times = starting.map((one) => timeOfDay(one.starts_at, zone));
  return times.map((time, at) => {
    const instant = starting[at]?.starts_at;
    const twice = times.indexOf(time) !== times.lastIndexOf(time);
    return twice && instant ? `${time} (${zoneOffset(zone, new Date(instant))})` : time;
  });
}
