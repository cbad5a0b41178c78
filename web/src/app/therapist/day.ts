/**
 * What comes next in a day, as values. A day is "YYYY-MM-DD" in the therapist's zone. Nothing here reads a clock;
 * formatting is shared/time.ts's.
 */
import { CLOSED, type TimedSession } from "../stages";

const isHeld = (one: TimedSession): boolean =>
  !CLOSED.has(one.status) && one.status !== "requested";

/** The first session which has not started yet and is still to be held. */
export function nextSession<S extends TimedSession>(
  sessions: readonly S[],
  nowMs: number,
): S | null {
  return sessions
    .filter((one) => isHeld(one) && Date.parse(one.starts_at) > nowMs)
    .reduce<S | null>(
      (first, one) =>
        first && Date.parse(first.starts_at) <= Date.parse(one.starts_at) ? first : one,
      null,
    );
}

/** Whether one has begun and can still be entered: "no more today" would be wrong above it. */
export function isAnyRunning(sessions: readonly TimedSession[], nowMs: number): boolean {
  return sessions.some(
    (one) =>
      isHeld(one) && Date.parse(one.starts_at) <= nowMs && nowMs < Date.parse(one.enter_until),
  );
}

/** Whole minutes until an instant, rounded up, so that "1 minute" lasts until it is there. */
export function minutesUntil(instant: string, nowMs: number): number {
  return Math.max(0, Math.ceil((Date.parse(instant) - nowMs) / 60_000));
}

/** A day out of the address bar, or null for "today". */
export function dayIn(search: string): string | null {
  const day = new URLSearchParams(search).get("day");
  if (!day || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day ? null : day;
}
