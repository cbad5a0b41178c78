/** Pure: what somebody can do who was refused entry. Every answer has its button in RefusedPage. */
import type { SessionKind } from "../../shared/api";

export type NextStep =
  "retry" | "retry_with_cookies" | "sign_in" | "to_today" | "book_again" | "find_link";

/** Trying again cannot change these; a client does what stands beside them. */
const FINAL: Readonly<Record<string, "book_again" | "find_link">> = {
  session_over: "book_again",
  room_ended: "book_again",
  booking_cancelled: "book_again",
  link_expired: "book_again",
  link_revoked: "book_again",
  gone: "book_again",
  link_unknown: "find_link",
  not_found: "find_link",
  room_unknown: "find_link",
  denied: "find_link",
};

export function nextStep(code: string, kind: SessionKind): NextStep {
  if (code === "unauthenticated") return kind === "link" ? "retry_with_cookies" : "sign_in";
  const final = FINAL[code];
  if (!final) return "retry";
  return kind === "link" ? final : "to_today";
}
