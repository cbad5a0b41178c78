/** How measured figures read: bit rate, running time, share of loss. Pure; words around them are in locales. */

/** "1.2 Mbit/s", "350 kbit/s", "0 kbit/s"; "–" when not known. */
export function bitrate(bps: number | null | undefined): string {
  if (bps === null || bps === undefined || !Number.isFinite(bps) || bps < 0) return "–";
  if (bps >= 999_500) return `${(bps / 1_000_000).toFixed(1)} Mbit/s`;
  return `${Math.round(bps / 1000)} kbit/s`;
}

/** "0:07", "12:34", "1:02:03"; never negative (clocks differ). */
export function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const two = (value: number): string => String(value).padStart(2, "0");
  const seconds = two(total % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}

/** "PT1H2M3S", for <time dateTime>. */
export function isoDuration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  return `PT${Math.floor(total / 3600)}H${Math.floor(total / 60) % 60}M${total % 60}S`;
}

/** "0.4 %": one digit, as a hundredth of a percent is noise. */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return `${value.toFixed(1)} %`;
}

export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return `${Math.round(value)} ms`;
}

/** "4.3": a mean opinion score has one digit that means something. */
export function mos(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return value.toFixed(1);
}

/** A room's name for people: the last six characters of its id, which also confirm its end. */
export function shortCode(roomId: string): string {
  return roomId.slice(-6);
}

/** What was typed to confirm, as it was meant: full-width letters and capitals count as the same. */
export function typedCode(text: string): string {
  return text.normalize("NFKC").trim().toLowerCase();
}

/** "14:05:09" on this machine's wall clock: seconds matter where figures change each second. */
export function clockTime(instant: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" }).format(new Date(instant));
}
