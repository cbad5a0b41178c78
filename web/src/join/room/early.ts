/** Pure: how far away a room's opening is, in the words a person would use. */
import { localDate } from "../../shared/time";

export type Distance =
  | { in: "days"; count: number }
  | { in: "hours"; hours: number; minutes: number }
  | { in: "minutes"; ms: number };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Days are days of the calendar in `zone` until the start; a countdown only in the last hour. */
export function distance(opensAt: string, startsAt: string, nowMs: number, zone: string): Distance {
  const left = Math.max(0, Date.parse(opensAt) - nowMs);
  if (left >= DAY_MS) return { in: "days", count: daysBetween(nowMs, startsAt, zone) };
  if (left < HOUR_MS) return { in: "minutes", ms: left };
  const minutes = Math.ceil(left / MINUTE_MS);
  return { in: "hours", hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}

function daysBetween(from: number, to: string, zone: string): number {
  const [first, last] = [localDate(from, zone), localDate(to, zone)].map((day) => Date.parse(day));
  return Math.round(((last ?? 0) - (first ?? 0)) / DAY_MS);
}
