/** How a leave is said: by its first and last day where it lasts whole days on this wall, else to the minute. Pure. */
import { dateAndTime, dayName, timeOfDay } from "../shared/time";

// A type, not an interface: sentences take it as their values.
export type Days = { readonly from: string; readonly until: string };

export function daysOf(startsAt: string, endsAt: string, zone: string): Days {
  const whole = [startsAt, endsAt].every((each) => timeOfDay(each, zone) === "00:00");
  if (!whole) return { from: dateAndTime(startsAt, zone), until: dateAndTime(endsAt, zone) };
  const last = new Date(Date.parse(endsAt) - 1).toISOString();
  return { from: dayName(startsAt, zone), until: dayName(last, zone) };
}
