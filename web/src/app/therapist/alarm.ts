/**
 * What the therapist is told about waiting clients: whom the banner names, what the tab's title says, when the sound
 * plays. A pure reducer over successive answers of the server; playing and drawing are chime.ts's and Today.tsx's.
 */

export interface WatchedSession {
  readonly booking_id: string;
  readonly client_name: string;
  readonly client_waiting?: boolean | undefined;
  readonly waiting_since?: string | null | undefined;
}

export interface Waiting {
  readonly bookingId: string;
  readonly clientName: string;
  /** When the server, or else this page, first saw them wait (ms since 1970). */
  readonly sinceMs: number;
  readonly quiet: boolean;
}

export interface Alarm {
  readonly waiting: readonly Waiting[];
  /** How often the sound was asked for: an increase means "play now". */
  readonly rings: number;
  readonly lastRingMs: number;
}

export type AlarmEvent =
  | { readonly kind: "seen"; readonly sessions: readonly WatchedSession[]; readonly nowMs: number }
  | { readonly kind: "quiet" };

/** A client still waiting is announced again this often: one missed sound must not cost a session. */
export const REPEAT_MS = 30_000;

export const SILENT: Alarm = { waiting: [], rings: 0, lastRingMs: 0 };

export function nextAlarm(alarm: Alarm, event: AlarmEvent): Alarm {
  if (event.kind === "quiet") {
    return { ...alarm, waiting: alarm.waiting.map((one) => ({ ...one, quiet: true })) };
  }
  const before = new Map(alarm.waiting.map((one) => [one.bookingId, one]));
  const waiting = event.sessions
    .filter((session) => session.client_waiting === true)
    .map((session) => waitingOf(session, before.get(session.booking_id), event.nowMs));
  const somebodyNew = waiting.some((one) => !before.has(one.bookingId));
  const due = waiting.some((one) => !one.quiet) && event.nowMs - alarm.lastRingMs >= REPEAT_MS;
  if (somebodyNew || due) return { waiting, rings: alarm.rings + 1, lastRingMs: event.nowMs };
  return { ...alarm, waiting };
}

function waitingOf(session: WatchedSession, known: Waiting | undefined, nowMs: number): Waiting {
  const told = session.waiting_since ? Date.parse(session.waiting_since) : Number.NaN;
  return {
    bookingId: session.booking_id,
    clientName: session.client_name,
    sinceMs: Number.isNaN(told) ? (known?.sinceMs ?? nowMs) : told,
    quiet: known?.quiet ?? false,
  };
}

/** The tab's title: a waiting client comes first, so that it can be read in a narrow tab. */
export function titleOf(waiting: number, page: string, news: string): string {
  return waiting > 0 ? `(${waiting}) ${news}` : page;
}
