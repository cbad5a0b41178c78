/** Pure: which page of the join bundle an address names. */

export type Address =
  { page: "join"; token: string } | { page: "room"; bookingId: string } | { page: "unknown" };

export function addressOf(path: string): Address {
  const [, folder, rest = "", ...more] = path.replace(/\/$/, "").split("/");
  if (!rest || more.length > 0) return { page: "unknown" };
  if (folder === "join") return { page: "join", token: rest };
  if (folder === "room") return { page: "room", bookingId: rest };
  return { page: "unknown" };
}
