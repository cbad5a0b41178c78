/** Pure: slots laid out as weeks of days in the visitor's zone. */
import type { Slot } from "../api/types";
import { addDays, localDate } from "../shared/time";

export const WEEK_DAYS = 7;

export interface Day {
  /** "2026-10-05" in the visitor's zone. */
  date: string;
  slots: Slot[];
}

/** Seven days from `from`, with the slots that begin on each. */
export function weekOf(from: string, slots: readonly Slot[], zone: string): Day[] {
  return Array.from({ length: WEEK_DAYS }, (_, index) => {
    const date = addDays(from, index);
    return { date, slots: slots.filter((slot) => localDate(slot.starts_at, zone) === date) };
  });
}

/** The day to show first: the wanted one if it has a place, else the first that has. */
export function dayToShow(days: readonly Day[], wanted: string | undefined): string | undefined {
  const free = days.filter((day) => day.slots.length > 0);
  return free.find((day) => day.date === wanted)?.date ?? free[0]?.date;
}
