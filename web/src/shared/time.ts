/**
 * Dates and times as the visitor reads them. Instants come from the server as
 * RFC 3339 UTC text; a zone is an IANA name. What time it is now is in clock.ts.
 */
import { currentLanguage } from "./i18n";
import { zoneOffset, zonePlace } from "./zones";

export function visitorZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "Asia/Tokyo";
}

/** All zones this browser knows, the given ones first. */
export function knownZones(...first: string[]): string[] {
  return [...new Set([...first, ...Intl.supportedValuesOf("timeZone")])];
}

/** "10:00" */
export function timeOfDay(instant: string, zone: string): string {
  return format(instant, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** "10月5日(月)" / "Mon, 5 October" */
export function dayName(instant: string, zone: string): string {
  return format(instant, zone, { weekday: "short", month: "long", day: "numeric" });
}

/** "12月20日" / "20 December" */
export function longDay(instant: string, zone: string): string {
  return format(instant, zone, { month: "long", day: "numeric" });
}

/** "10/5" / "5 Oct" */
export function shortDay(instant: string, zone: string): string {
  const month = currentLanguage() === "ja" ? "numeric" : "short";
  return format(instant, zone, { month, day: "numeric" });
}

/** "2026年10月5日(月) 10:00" */
export function dateAndTime(instant: string, zone: string): string {
  return format(instant, zone, {
    year: "numeric",
    month: "long",
    day: "numeric",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

/** "10:00–10:45" */
export function timeRange(startsAt: string, endsAt: string, zone: string): string {
  return `${timeOfDay(startsAt, zone)}–${timeOfDay(endsAt, zone)}`;
}

/** The local calendar day of an instant, "2026-10-05". */
export function localDate(instant: string | number, zone: string): string {
  let format = DATES.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" });
    DATES.set(zone, format);
  }
  return format.format(new Date(instant));
}

/** Making one takes longer than a hundred dates. */
const DATES = new Map<string, Intl.DateTimeFormat>();

/** A calendar day moved by whole days: ("2026-10-31", 1) -> "2026-11-01". */
export function addDays(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** "東京 (GMT+9)" / "Tokyo (GMT+9)": where a zone is and its distance from UTC at an instant. */
export function zoneLabel(zone: string, at: Date = new Date()): string {
  const place = zonePlace(zone, currentLanguage());
  const offset = zoneOffset(zone, at);
  return offset ? `${place} (${offset})` : place;
}

/** The zones to show a time of a booking in: its own, and this device's, whose clock shows another time then. */
export function zonesOf(zone: string, at: string, own: string = visitorZone()): string[] {
  const [there, here] = [zone, own].map((each) => zoneOffset(each, new Date(at)));
  return there === here ? [zone] : [zone, own];
}

/** "10:00–10:45 東京 (GMT+9)", and the same on this device's clock where that differs. */
export function rangeWithZone(startsAt: string, endsAt: string, zone: string): string {
  return zonesOf(zone, startsAt)
    .map((each) => `${timeRange(startsAt, endsAt, each)} ${zoneLabel(each, new Date(startsAt))}`)
    .join(" / ");
}

/** "10:45"; with its zone where this device's clock shows another time, which a short line leaves out. */
export function timeWithZone(at: string, zone: string): string {
  const time = timeOfDay(at, zone);
  return zonesOf(zone, at).length > 1 ? `${time} ${zoneLabel(zone, new Date(at))}` : time;
}

/** A span as "4:59" or "1:02:03"; never below zero. */
export function countdown(remainingMs: number): string {
  const total = Math.max(0, Math.ceil(remainingMs / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, "0");
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}`
    : `${minutes}:${seconds}`;
}

const LOCALES = { ja: "ja-JP", en: "en-GB" } as const;

function format(instant: string, zone: string, options: Intl.DateTimeFormatOptions): string {
  const locale = LOCALES[currentLanguage()];
  return new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }).format(new Date(instant));
}
