/**
 * Weekly hours as values: minutes of the day, what overlaps, what a move or a new edge makes of them. Nothing here
 * draws or asks the server; pixels and keys are week/grid.ts's.
 */
import type { Pace } from "../../../api/types";

export const DAY_MIN = 1440;
/** Hours begin and end on a quarter; nothing is shorter. */
export const STEP_MIN = 15;
export const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;

/** Hours of a weekday, 0 is Monday; `start` and `end` in minutes of the local day. */
export interface Rule {
  readonly weekday: number;
  readonly start: number;
  readonly end: number;
  readonly timezone: string;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
}

/** "09:30" -> 570; null where it is no clock time. */
export function minuteOf(clock: string): number | null {
  const found = /^(\d{1,2}):(\d{2})$/.exec(clock.trim());
  if (!found) return null;
  const minute = Number(found[1]) * 60 + Number(found[2]);
  return Number(found[2]) < 60 && minute <= DAY_MIN ? minute : null;
}

/** 570 -> "09:30", 1440 -> "24:00" */
export function clockOf(minute: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** An end typed as midnight is the end of the day. */
export function endOf(clock: string): number | null {
  const minute = minuteOf(clock);
  return minute === 0 ? DAY_MIN : minute;
}

/** A browser's time field knows no 24:00. */
export function fieldOf(minute: number): string {
  return clockOf(minute % DAY_MIN);
}

export function rulesOf(replies: Pace["hours"]): Rule[] {
  return replies.map((one) => ({
    ...one,
    start: minuteOf(one.start) ?? 0,
    end: minuteOf(one.end) ?? DAY_MIN,
  }));
}

/** What PUT /therapist/pace/hours takes. */
export function bodyOf(rules: readonly Rule[]) {
  return rules.map((one) => ({ ...one, start: clockOf(one.start), end: clockOf(one.end) }));
}

/** Half-open: hours that touch do not overlap, nor do those which are never valid together. */
export function overlap(one: Rule, other: Rule): boolean {
  if (one.weekday !== other.weekday) return false;
  if (one.start >= other.end || other.start >= one.end) return false;
  const begins = [one.valid_from, other.valid_from].filter((day) => day !== null).sort();
  const ends = [one.valid_to, other.valid_to].filter((day) => day !== null).sort();
  const first = begins.at(-1);
  const last = ends[0];
  return !first || !last || first <= last;
}

export type Fault = "order" | "dates" | "overlap";

/** Why these hours cannot stand beside the others; null: they can. */
export function faultOf(rules: readonly Rule[], at: number): Fault | null {
  const rule = rules[at];
  if (!rule) return null;
  if (rule.start >= rule.end) return "order";
  if (rule.valid_from && rule.valid_to && rule.valid_to < rule.valid_from) return "dates";
  return rules.some((other, index) => index !== at && overlap(rule, other)) ? "overlap" : null;
}

/** Of two that overlap the later line is the one at fault, as for the server. */
export function firstFault(rules: readonly Rule[]): { at: number; fault: Fault } | null {
  for (let at = 0; at < rules.length; at += 1) {
    const fault = faultOf(rules.slice(0, at + 1), at);
    if (fault) return { at, fault };
  }
  return null;
}

/** Earlier or later with the same length, within the day. */
export function moved(rule: Rule, byMin: number): Rule {
  const by = Math.min(DAY_MIN - rule.end, Math.max(-rule.start, byMin));
  return { ...rule, start: rule.start + by, end: rule.end + by };
}

export type Edge = "start" | "end";

/** One edge moved; the hours keep at least a step. */
export function resized(rule: Rule, edge: Edge, byMin: number): Rule {
  if (edge === "start") {
    const start = Math.min(rule.end - STEP_MIN, Math.max(0, rule.start + byMin));
    return { ...rule, start };
  }
  return { ...rule, end: Math.max(rule.start + STEP_MIN, Math.min(DAY_MIN, rule.end + byMin)) };
}

export function replaced(rules: readonly Rule[], at: number, rule: Rule): Rule[] {
  return rules.map((one, index) => (index === at ? rule : one));
}

export function without(rules: readonly Rule[], at: number): Rule[] {
  return rules.filter((_, index) => index !== at);
}

/** The same hours, in whatever order. */
export function sameRules(ones: readonly Rule[], others: readonly Rule[]): boolean {
  const texts = (rules: readonly Rule[]): string =>
    rules
      .map((one) =>
        [one.weekday, one.start, one.end, one.timezone, one.valid_from, one.valid_to].join("|"),
      )
      .sort()
      .join();
  return texts(ones) === texts(others);
}

export function isValidOn(rule: Rule, date: string): boolean {
  return (
    (rule.valid_from === null || rule.valid_from <= date) &&
    (rule.valid_to === null || date <= rule.valid_to)
  );
}

/** Minutes a week of the rules that are valid on the dates of that week. */
export function minutesIn(rules: readonly Rule[], dates: readonly string[]): number {
  return rules
    .filter((one) => isValidOn(one, dates[one.weekday] ?? ""))
    .reduce((sum, one) => sum + one.end - one.start, 0);
}
