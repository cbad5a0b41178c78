import { describe, expect, it } from "vitest";
import { answerOf } from "./answer";

describe("the answer to a request", () => {
  it("is told to who waited for it, and not to who took it back", () => {
    const told = [
      { status: "requested", cancelled_by: null },
      { status: "confirmed", cancelled_by: null },
      { status: "cancelled", cancelled_by: "therapist" },
      { status: "cancelled", cancelled_by: "system" },
      { status: "cancelled", cancelled_by: "client" },
      { status: "fulfilled" },
    ].map(answerOf);
    expect(told).toEqual([null, "taken", "declined", "declined", null, null]);
  });
});
