import { expect, it } from "vitest";
import { nextStep } from "./refusals";

it("gives a client whose session is over a way to the next one", () => {
  const codes = ["session_over", "room_ended", "booking_cancelled", "link_expired", "link_revoked"];
  expect(new Set(codes.map((code) => nextStep(code, "link")))).toEqual(new Set(["book_again"]));
});

it("sends a client with a wrong address to where links are found", () => {
  const codes = ["link_unknown", "not_found", "room_unknown", "denied"];
  expect(new Set(codes.map((code) => nextStep(code, "link")))).toEqual(new Set(["find_link"]));
});

it("sends a therapist back to today's sessions, or to sign in", () => {
  expect(nextStep("booking_cancelled", "account")).toBe("to_today");
  expect(nextStep("unauthenticated", "account")).toBe("sign_in");
});

it("offers to try again whatever may pass, and what nobody has thought of", () => {
  for (const code of ["network_failed", "timeout", "relay_full", "too_many", "internal", "new"]) {
    expect(nextStep(code, "link")).toBe("retry");
  }
  expect(nextStep("unauthenticated", "link")).toBe("retry_with_cookies");
});
