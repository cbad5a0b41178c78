/** Ids a browser makes: for one attempt, one message, one tab. */

export function newId(): string {
  // randomUUID exists only in a secure context; a plain http address in a test network has none.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const TAB_KEY = "todoku.tab";

/** This tab's id: the same after a reload, another one in another tab. */
export function tabId(): string {
  const known = sessionStorage.getItem(TAB_KEY);
  if (known) return known;
  const made = newId();
  sessionStorage.setItem(TAB_KEY, made);
  return made;
}
