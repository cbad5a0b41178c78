import { describe, expect, it } from "vitest";
import { daysOf } from "./days";

describe("a leave's days", () => {
  it("end with the last day away, not with the midnight after it", () => {
    const days = daysOf("2026-12-07T15:00:00Z", "2027-01-07T15:00:00Z", "Asia/Tokyo");
    expect(days).toEqual({ from: "12月8日(火)", until: "1月7日(木)" });
  });

  it("are said to the minute where they do not begin or end a day", () => {
    const days = daysOf("2026-12-07T15:00:00Z", "2027-01-07T15:00:00Z", "Europe/London");
    expect(days.from).toContain("15:00");
    expect(days.until).toContain("15:00");
  });
});
