import { describe, expect, it } from "vitest";
import {
  afterKey,
  byDay,
  clockTimes,
  lastOfMonth,
  monthOf,
  nextMonth,
  weekdayOf,
  weeksOf,
} from "./month";

const TODAY = "2026-11-18"; // Wednesday

function starts(...instants: string[]) {
  return instants.map((starts_at) => ({ starts_at }));
}

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

  it("has every day once, also those on which clocks change or that a zone has skipped", () => {
    // Santiago changes at midnight; Apia had no 30 December 2011, which its calendar skips and ours draws.
    for (const month of ["2026-03", "2026-04", "2026-09", "2026-10", "2026-11", "2011-12"]) {
      const days = weeksOf(month)
        .flat()
        .filter((day) => day !== null);
      expect(new Set(days).size, month).toBe(Number(lastOfMonth(month).slice(8)));
    }
  });
});

describe("the keys of the grid", () => {
  it("go from day to day and from week to week, and to the ends of the week", () => {
    expect(weekdayOf(TODAY)).toBe(2);
    expect(afterKey("ArrowLeft", TODAY, TODAY)).toBe("2026-11-17");
    expect(afterKey("ArrowDown", TODAY, TODAY)).toBe("2026-11-25");
    expect(afterKey("Home", TODAY, TODAY)).toBe("2026-11-16");
    expect(afterKey("End", TODAY, TODAY)).toBe("2026-11-22");
  });

  it("go on into the next month and back, and over the year's end", () => {
    expect(afterKey("ArrowRight", "2026-11-30", TODAY)).toBe("2026-12-01");
    expect(afterKey("ArrowUp", "2026-12-03", TODAY)).toBe("2026-11-26");
    expect(afterKey("ArrowDown", "2026-12-31", TODAY)).toBe("2027-01-07");
  });

  it("turn whole months with Page Up and Page Down, to the last day where there is no such day", () => {
    expect(afterKey("PageDown", "2026-11-18", TODAY)).toBe("2026-12-18");
    expect(afterKey("PageDown", "2027-01-31", TODAY)).toBe("2027-02-28");
    expect(afterKey("PageUp", "2026-12-31", TODAY)).toBe("2026-11-30");
  });

  it("never go before the month of today, and leave other keys alone", () => {
    expect(afterKey("ArrowLeft", "2026-11-01", TODAY)).toBe("2026-11-01");
    expect(afterKey("ArrowUp", "2026-11-03", TODAY)).toBe("2026-11-03");
    expect(afterKey("PageUp", "2026-11-30", TODAY)).toBe("2026-11-30");
    expect(afterKey("Enter", TODAY, TODAY)).toBeUndefined();
    expect(afterKey("Tab", TODAY, TODAY)).toBeUndefined();
  });
});

describe("times laid out on days", () => {
  it("stand on the visitor's day on both sides of the date line", () => {
    const slots = starts("2026-11-24T10:30:00Z", "2026-11-24T22:00:00Z");
    expect([...byDay(slots, "Pacific/Kiritimati").keys()]).toEqual(["2026-11-25"]); // +14
    expect([...byDay(slots, "Pacific/Pago_Pago").keys()]).toEqual(["2026-11-23", "2026-11-24"]); // -11
    expect([...byDay(slots, "Asia/Tokyo").keys()]).toEqual(["2026-11-24", "2026-11-25"]);
  });

  it("stay in order, and none is lost", () => {
    const slots = starts("2026-11-24T01:00:00Z", "2026-11-24T02:00:00Z", "2026-11-25T01:00:00Z");
    const days = byDay(slots, "Asia/Tokyo");
    expect([...days.values()].flat()).toEqual(slots);
    expect(days.get("2026-11-24")?.length).toBe(2);
  });

  it("read the wall clock in zones with half and quarter hours", () => {
    const slots = starts("2026-11-24T01:00:00Z");
    expect(clockTimes(slots, "America/St_Johns")).toEqual(["21:30"]);
    expect(clockTimes(slots, "Asia/Kathmandu")).toEqual(["06:45"]);
    expect(clockTimes(slots, "Australia/Lord_Howe")).toEqual(["12:00"]);
  });

  it("tell two equal wall times apart where clocks go back", () => {
    const newYork = starts("2026-11-01T04:30:00Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z");
    expect(clockTimes(newYork, "America/New_York")).toEqual([
      "00:30",
      "01:30 (GMT-4)",
      "01:30 (GMT-5)",
    ]);
    const lordHowe = starts("2027-04-03T14:30:00Z", "2027-04-03T15:00:00Z"); // back by half an hour
    expect(clockTimes(lordHowe, "Australia/Lord_Howe")).toEqual([
      "01:30 (GMT+11)",
      "01:30 (GMT+10:30)",
    ]);
  });

  it("jump over the hour that is not there where clocks go forward", () => {
    const slots = starts("2026-10-03T15:00:00Z", "2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z");
    expect(clockTimes(slots, "Australia/Lord_Howe")).toEqual(["01:30", "02:30", "03:00"]);
    expect([...byDay(slots, "Australia/Lord_Howe").keys()]).toEqual(["2026-10-04"]);
  });
});
