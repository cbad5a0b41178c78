/** A week's load as parts of a bar. Pure. */
import type { Pace } from "../../../api/types";

type Week = Pace["weeks"][number];

/** Without a limit the fullest of the weeks is the measure. */
export function loadOf(week: Week, weeks: readonly Week[]) {
  const sum = (one: Week): number => one.booked_minutes + one.message_minutes;
  const whole = week.limit_minutes ?? Math.max(1, ...weeks.map(sum));
  const booked = Math.min(100, (week.booked_minutes / whole) * 100);
  const messages = Math.min(100 - booked, (week.message_minutes / whole) * 100);
  return { booked, messages, overMin: Math.max(0, sum(week) - (week.limit_minutes ?? Infinity)) };
}
