/** From what a wall clock in some zone shows to the instant it means. Pure. */

const MINUTE_MS = 60_000;

/** Whether a date is one to ask for: a year that is still being typed ("0202-11-25") is none. */
export function isAskable(date: string, today: string): boolean {
  return /^2\d{3}-\d{2}-\d{2}$/.test(date) && date >= today;
}

/** The instant of `date` ("2026-11-25") and `time` ("09:30") in `zone`; null where no clock ever shows it. */
export function instantAt(date: string, time: string, zone: string): string | null {
  const wall = Date.parse(`${date}T${time}:00Z`);
  if (Number.isNaN(wall)) return null;
  // Offsets on both sides of a change of clocks; the first that fits is the earlier instant.
  const offsets = [-1, 1].map((days) => offsetMs(wall + days * 24 * 60 * MINUTE_MS, zone));
  for (const offset of offsets) {
    const at = wall - offset;
    if (offsetMs(at, zone) === offset) return new Date(at).toISOString();
  }
  return null;
}

function offsetMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(at);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
  const shown = `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:00Z`;
  return Date.parse(shown) - Math.floor(at / MINUTE_MS) * MINUTE_MS;
}
