/** Wall times of a zone as instants, for time off that is typed as dates and times. Pure. */
import { addDays, localDate } from "../../../shared/time";
import { DAY_MIN } from "./rules";

/** The instant at which the wall of a zone shows this; in a gap the one just after it, of two the first. */
export function instantOf(date: string, minute: number, zone: string): string {
  const day = minute >= DAY_MIN ? addDays(date, Math.floor(minute / DAY_MIN)) : date;
  const wall = Date.parse(`${day}T00:00:00Z`) + (minute % DAY_MIN) * 60_000;
  const first = wall - offsetMs(wall, zone);
  const guesses = [
    wall - offsetMs(first - 7_200_000, zone),
    wall - offsetMs(first + 7_200_000, zone),
  ];
  const fitting = guesses.filter((guess) => guess + offsetMs(guess, zone) === wall);
  const found = fitting.length > 0 ? Math.min(...fitting) : Math.max(...guesses);
  return new Date(found).toISOString().replace(".000Z", "Z");
}

/** How far the wall of a zone is ahead of UTC at an instant. */
function offsetMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23",
  }).formatToParts(new Date(at));
  const value = (type: string): number =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  const wall = Date.UTC(
    value("year"),
    value("month") - 1,
    value("day"),
    value("hour"),
    value("minute"),
    value("second"),
  );
  return wall - Math.floor(at / 1000) * 1000;
}

/** So long must a leave be for the people in one's care to be asked about cover; the server's rule. */
const COVERED_FROM_MS = 8 * 24 * 3_600_000;

export interface Stretch {
  readonly starts_at: string;
  readonly ends_at: string;
}

export function isCovered(away: Stretch): boolean {
  return Date.parse(away.ends_at) - Date.parse(away.starts_at) >= COVERED_FROM_MS;
}

/** First and last date of time off that is made of whole days; null where it begins or ends within one. */
export function wholeDays(away: Stretch, zone: string): { first: string; last: string } | null {
  const isMidnight = (at: string): boolean =>
    Date.parse(instantOf(localDate(at, zone), 0, zone)) === Date.parse(at);
  if (!isMidnight(away.starts_at) || !isMidnight(away.ends_at)) return null;
  return {
    first: localDate(away.starts_at, zone),
    last: addDays(localDate(away.ends_at, zone), -1),
  };
}

export interface Away {
  readonly first: string;
  readonly from: string;
  readonly last: string;
  readonly until: string;
}

/** From the first date to the last, both included, or between two of their times; null where it runs backwards. */
export function awaySpan(
  away: Away,
  minuteOf: (clock: string) => number | null,
  zone: string,
): { starts_at: string; ends_at: string } | null {
  if (!away.first || !away.last) return null;
  const from = away.from ? minuteOf(away.from) : 0;
  const until = away.until ? minuteOf(away.until) : DAY_MIN;
  if (from === null || until === null) return null;
  const starts_at = instantOf(away.first, from, zone);
  const ends_at = instantOf(away.last, until, zone);
  return starts_at < ends_at ? { starts_at, ends_at } : null;
}
