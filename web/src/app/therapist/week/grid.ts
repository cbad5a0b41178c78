/**
 * The week's grid as values: minutes and pixels, which part of a span falls on which date, what a key does. Times
 * are wall times of one zone; where clocks change, a day is drawn as any other.
 */
import { localDate } from "../../../shared/time";
import { DAY_MIN, type Rule, STEP_MIN, moved, resized } from "../pace/rules";

export const HOUR_PX = 44;

export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** What is shown of each day when nothing lies outside it. */
const USUAL: Hours = { from: 7 * 60, to: 20 * 60 };

export function pixelsOf(minutes: number): number {
  return (minutes * HOUR_PX) / 60;
}

/** Pixels from the top of a grid that begins at `from` to a minute of the day, on a step. */
export function minuteAt(px: number, from: number): number {
  return snapped(from + (px * 60) / HOUR_PX);
}

/** A distance in pixels as minutes, on a step. */
export function minutesOf(px: number): number {
  return snapped((px * 60) / HOUR_PX);
}

function snapped(minutes: number): number {
  const steps = Math.round(minutes / STEP_MIN);
  return steps === 0 ? 0 : steps * STEP_MIN;
}

/** Whole hours that show every given part; the whole day if asked for. */
export function shownHours(parts: readonly Hours[], whole: boolean): Hours {
  if (whole) return { from: 0, to: DAY_MIN };
  const from = Math.min(USUAL.from, ...parts.map((one) => one.from));
  const to = Math.max(USUAL.to, ...parts.map((one) => one.to));
  return { from: Math.floor(from / 60) * 60, to: Math.ceil(to / 60) * 60 };
}

export interface Span {
  readonly starts_at: string;
  readonly ends_at: string;
}

/** Part of a span on the date at `day` of the week's dates. */
export interface Piece extends Hours {
  readonly day: number;
}

/** A span cut at midnights of the zone, as far as it lies on these dates. */
export function piecesOf(span: Span, zone: string, dates: readonly string[]): Piece[] {
  const first = localDate(span.starts_at, zone);
  const last = localDate(span.ends_at, zone);
  const pieces: Piece[] = [];
  dates.forEach((date, day) => {
    if (date < first || date > last) return;
    const from = date === first ? wallMinute(span.starts_at, zone) : 0;
    const to = date === last ? wallMinute(span.ends_at, zone) : DAY_MIN;
    // Where clocks go back, the wall may show less at the end than at the beginning.
    const end = first === last ? Math.max(to, from + 5) : to;
    if (end > from) pieces.push({ day, from, to: end });
  });
  return pieces;
}

export function wallMinute(instant: string, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(new Date(instant));
  const value = (type: string): number =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  return value("hour") * 60 + value("minute");
}

export type KeyWish = { readonly rule: Rule } | { readonly remove: true } | null;

/**
 * What a key makes of hours: the arrows move them, up and down with Shift their end, with Alt their beginning; left
 * and right take them to another day, Delete away. `days` are the weekdays they may stand on.
 */
export function afterKey(
  rule: Rule,
  key: string,
  mods: { shift: boolean; alt: boolean },
  days: readonly number[],
): KeyWish {
  if (key === "Delete" || key === "Backspace") return { remove: true };
  if (key === "ArrowUp" || key === "ArrowDown") {
    const by = key === "ArrowUp" ? -STEP_MIN : STEP_MIN;
    if (mods.shift) return { rule: resized(rule, "end", by) };
    return { rule: mods.alt ? resized(rule, "start", by) : moved(rule, by) };
  }
  // With Alt they are the browser's way back and forth.
  if (!mods.alt && (key === "ArrowLeft" || key === "ArrowRight")) {
    const there = key === "ArrowLeft" ? days.filter((day) => day < rule.weekday).at(-1) : undefined;
    const next = key === "ArrowRight" ? days.find((day) => day > rule.weekday) : there;
    return next === undefined ? null : { rule: { ...rule, weekday: next } };
  }
  return null;
}

/** The hours between two places of a drag over an empty day, or an hour where it was only a press. */
export function drawn(fromMinute: number, toMinute: number): Hours {
  const from = Math.max(0, Math.min(fromMinute, toMinute));
  const to = Math.min(DAY_MIN, Math.max(fromMinute, toMinute));
  if (to - from >= STEP_MIN) return { from, to };
  return from + 60 <= DAY_MIN ? { from, to: from + 60 } : { from: DAY_MIN - 60, to: DAY_MIN };
}
