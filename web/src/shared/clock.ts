/**
 * What time it is on the server. A visitor's clock can be minutes off; countdowns
 * and "opens at" must not be. Formatting is in time.ts.
 */

/** The Date header counts whole seconds, so smaller differences say nothing. */
const RESOLUTION_MS = 2_000;

let skewMs = 0;

/** Takes a response's Date header and the local times around it. */
export function learnServerTime(date: string | null, sentAtMs: number, receivedAtMs: number): void {
  const serverMs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(serverMs)) return;
  const difference = serverMs + 500 - (sentAtMs + receivedAtMs) / 2;
  skewMs = Math.abs(difference) > RESOLUTION_MS ? difference : 0;
}

/** Milliseconds since the epoch, as the server counts them. */
export function serverNow(): number {
  return Date.now() + skewMs;
}
