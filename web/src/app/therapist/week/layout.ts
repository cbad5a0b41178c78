/** Which hours of a week may be changed in the grid, and which are only drawn. Pure. */
import type { CalendarWeek, Pace } from "../../../api/types";
import { addDays } from "../../../shared/time";
import { type Rule, WEEKDAYS, isValidOn } from "../pace/rules";
import { type Hours, type Piece, piecesOf } from "./grid";

export interface Layout {
  readonly zone: string;
  /** From Monday on. */
  readonly dates: readonly string[];
  /** Weekdays whose hours are the weekly ones, in the therapist's own zone. */
  readonly editable: readonly number[];
  /** Hours that are only drawn: of one date, of travel, or set in another zone. */
  readonly special: readonly Piece[];
  readonly off: readonly Piece[];
  readonly imported: readonly Piece[];
}

export function datesOf(monday: string): string[] {
  return WEEKDAYS.map((weekday) => addDays(monday, weekday));
}

export function isSpecial(pace: Pace, date: string): boolean {
  const travels = pace.travels.some((one) => one.first_date <= date && date <= one.last_date);
  return travels || pace.dates.some((one) => one.date === date);
}

/** Whether the block of this rule stands in the grid of that week. */
export function isDrawn(rule: Rule, layout: Layout): boolean {
  const date = layout.dates[rule.weekday] ?? "";
  const own = rule.timezone === layout.zone && layout.editable.includes(rule.weekday);
  return own && isValidOn(rule, date);
}

export function layoutOf(pace: Pace, week: CalendarWeek, rules: readonly Rule[]): Layout {
  const zone = week.timezone;
  const dates = datesOf(week.monday);
  const pieces = (spans: CalendarWeek["open"]): Piece[] =>
    spans.flatMap((span) => piecesOf(span, zone, dates));
  const editable = WEEKDAYS.filter((weekday) => !isSpecial(pace, dates[weekday] ?? ""));
  const foreign = rules.some((rule) => rule.timezone !== zone);
  const special = pieces(week.open).filter((one) => foreign || !editable.includes(one.day as 0));
  return {
    zone,
    dates,
    editable,
    special,
    off: pieces(week.time_off),
    imported: pieces(week.imported),
  };
}

/** What is booked, and what was cancelled unless that is hidden. */
export function drawnOf(
  week: CalendarWeek,
  withCancelled: boolean,
): Pick<CalendarWeek, "sessions" | "cancelled"> {
  return { sessions: week.sessions, cancelled: withCancelled ? week.cancelled : [] };
}

/** Everything that must be in view; what fills whole days says nothing about it. */
export function partsOf(
  layout: Layout,
  rules: readonly Rule[],
  sessions: readonly Hours[],
): Hours[] {
  const blocks = rules
    .filter((rule) => isDrawn(rule, layout))
    .map((rule) => ({ from: rule.start, to: rule.end }));
  return [...blocks, ...layout.special, ...sessions];
}
