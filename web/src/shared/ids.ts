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
const FREE_KEY = "todoku.tab.free";

let ownTab: string | undefined;

/**
 * This tab's id: the same after a reload, another one in another tab. A duplicated
 * tab copies the storage of one that is still open; it is known by the missing mark
 * that a page leaves behind when it goes.
 */
export function tabId(): string {
  ownTab ??= claimTab();
  return ownTab;
}

function claimTab(): string {
  const left = sessionStorage.getItem(FREE_KEY) === "yes";
  const known = left ? sessionStorage.getItem(TAB_KEY) : null;
  const id = known ?? newId();
  sessionStorage.setItem(TAB_KEY, id);
  sessionStorage.removeItem(FREE_KEY);
  addEventListener("pagehide", () => sessionStorage.setItem(FREE_KEY, "yes"));
  addEventListener("pageshow", () => sessionStorage.removeItem(FREE_KEY));
  return id;
}
