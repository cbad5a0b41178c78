import { describe, expect, it } from "vitest";
import { afterKey, lastOfMonth, monthOf, nextMonth, weekdayOf, weeksOf } from "./month";

describe("a month", () => {
  it("is whole weeks that begin on Monday", () => {
    const weeks = weeksOf("2026-11"); // the first is a Sunday
    expect(weeks.length).toBe(6);
    expect(weeks.every((week) => week.length === 7)).toBe(true);
    expect(weeks[0]).toEqual([null, null, null, null, null, null, "2026-11-01"]);
    expect(weeks.flat().filter(Boolean).length).toBe(30);
  });

  it("goes over the year's end and knows leap days", () => {
    expect(nextMonth("2026-12", 1)).toBe("2027-01");
    expect(nextMonth("2026-01", -1)).toBe("2025-12");
    expect(lastOfMonth("2028-02")).toBe("2028-02-29");
  });

  it("is the visitor's", () => {
    const lastHour = Date.parse("2026-11-30T15:30:00Z");
    expect(monthOf(lastHour, "Asia/Tokyo")).toBe("2026-12");
    expect(monthOf(lastHour, "Europe/London")).toBe("2026-11");
  });
});

describe("the arrow keys", () => {
  it("go from day to day and from week to week, and to the ends of the week", () => {
    const day = "2026-11-18"; // Wednesday
    expect(weekdayOf(day)).toBe(2);
    expect(afterKey("ArrowLeft", day)).toBe("2026-11-17");
    expect(afterKey("ArrowDown", day)).toBe("2026-11-25");
    expect(afterKey("Home", day)).toBe("2026-11-16");
    expect(afterKey("End", day)).toBe("2026-11-22");
  });

  it("stay in the month, and leave other keys alone", () => {
    expect(afterKey("ArrowUp", "2026-11-03")).toBe("2026-11-03");
    expect(afterKey("ArrowRight", "2026-11-30")).toBe("2026-11-30");
    expect(afterKey("Enter", "2026-11-03")).toBeUndefined();
    expect(afterKey("Tab", "2026-11-03")).toBeUndefined();
  });
});
