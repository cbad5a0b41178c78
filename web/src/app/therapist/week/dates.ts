/** What holds on one date alone, as values. */
import type { Pace } from "../../../api/types";
import { DAY_MIN, minuteOf } from "../pace/rules";

export type Choice = "usual" | "closed" | "other";

/** Minutes of the day. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export function choiceOf(pace: Pace, date: string): { choice: Choice; ranges: readonly Range[] } {
  const found = pace.dates.find((one) => one.date === date);
  const ranges = (found?.ranges ?? []).map((one) => ({
    start: minuteOf(one.start) ?? 0,
    end: minuteOf(one.end) ?? DAY_MIN,
  }));
  if (!found) return { choice: "usual", ranges: [{ start: 540, end: 1020 }] };
  return { choice: ranges.length > 0 ? "other" : "closed", ranges };
}

/** Why these cannot be a date's hours; null: they can. */
export function rangesFault(ranges: readonly Range[]): "none" | "fault" | null {
  if (ranges.length === 0) return "none";
  const sorted = [...ranges].sort((one, other) => one.start - other.start);
  const wrong = sorted.some(
    (one, at) => one.start >= one.end || one.start < (sorted[at - 1]?.end ?? 0),
  );
  return wrong ? "fault" : null;
}
