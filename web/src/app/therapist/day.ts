/**
 * The stages of a session and what comes next, as values. Instants are RFC 3339 UTC as the server sends them; a day
 * is "YYYY-MM-DD" in the therapist's zone. Nothing here reads a clock; formatting is shared/time.ts's.
 */

export interface TimedSession {
  readonly starts_at: string;
  readonly enter_from: string;
  readonly enter_until: string;
  readonly status: string;
}

/** early: the room opens later. open: it may be entered. past: no more. closed: fulfilled, cancelled and the like. */
export type Stage = "early" | "open" | "past" | "closed";

const CLOSED = new Set(["fulfilled", "cancelled", "noshow", "expired"]);

export function stageOf(session: TimedSession, nowMs: number): Stage {
  if (CLOSED.has(session.status)) return "closed";
  if (nowMs < Date.parse(session.enter_from)) return "early";
  return nowMs <= Date.parse(session.enter_until) ? "open" : "past";
}

/** The first session which has not started yet and is still to be held. */
export function nextSession<S extends TimedSession>(
  sessions: readonly S[],
  nowMs: number,
): S | null {
  return sessions
    .filter((one) => !CLOSED.has(one.status) && Date.parse(one.starts_at) > nowMs)
    .reduce<S | null>(
      (first, one) =>
        first && Date.parse(first.starts_at) <= Date.parse(one.starts_at) ? first : one,
      null,
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
