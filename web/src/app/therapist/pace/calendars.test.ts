import { describe, expect, it } from "vitest";
import { ApiError } from "../../../shared/api";
import { addressProblem, wordFor } from "./calendars";

describe("a calendar's problem", () => {
  it("has words for what the server says, and for what it may say one day", () => {
    expect(wordFor("timed_out")).toBe("away");
    expect(wordFor("too_many_events")).toBe("too_much");
    expect(wordFor("not_allowed")).toBe("not_allowed");
    expect(wordFor("toString")).toBe("away");
  });

  it("belongs to the address only when the server says so", () => {
    const refused = (errors: unknown): ApiError =>
      new ApiError({ code: "invalid", extra: { errors } });
    expect(addressProblem(refused([{ field: "url", rule: "not_a_calendar" }]))).toBe("no_calendar");
    expect(addressProblem(refused([{ field: "label", rule: "x" }, null]))).toBeNull();
    expect(addressProblem(refused("nothing"))).toBeNull();
    expect(addressProblem(new ApiError({ code: "timeout" }))).toBeNull();
    expect(addressProblem(null)).toBeNull();
  });
});
