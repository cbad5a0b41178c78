/**
 * Where a session stands at a moment, as values, for therapist and client alike. Instants are RFC 3339 UTC as the
 * server sends them. Nothing here reads a clock; formatting is shared/time.ts's.
 */

export interface TimedSession {
  readonly starts_at: string;
  readonly enter_from: string;
  readonly enter_until: string;
  readonly status: string;
  readonly in_call_since?: string | null | undefined;
}

/**
 * asked: a request that nobody has taken yet. in_call: both are talking. early: the room opens later. open: it may be entered. past: no more.
 * closed: fulfilled, cancelled and the like.
 */
export type Stage = "asked" | "in_call" | "early" | "open" | "past" | "closed";

export const CLOSED: ReadonlySet<string> = new Set(["fulfilled", "cancelled", "noshow", "expired"]);

export function stageOf(session: TimedSession, nowMs: number): Stage {
  if (CLOSED.has(session.status)) return "closed";
  if (session.status === "requested") return "asked";
  if (session.in_call_since) return "in_call";
  if (nowMs < Date.parse(session.enter_from)) return "early";
  return nowMs <= Date.parse(session.enter_until) ? "open" : "past";
}

/** Calls that go on come first; the rest keeps its order. */
export function callsFirst<S extends TimedSession>(sessions: readonly S[]): S[] {
  const runs = (one: S): boolean => stageOf(one, 0) === "in_call";
  return [...sessions.filter(runs), ...sessions.filter((one) => !runs(one))];
}

/** Whole minutes since an instant; never below zero, should a clock be behind. */
export function minutesSince(instant: string, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - Date.parse(instant)) / 60_000));
}
