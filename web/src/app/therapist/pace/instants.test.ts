import { describe, expect, it } from "vitest";
import { isCovered, wholeDays, awaySpan, instantOf } from "./instants";
import { minuteOf } from "./rules";

describe("a wall time of a zone", () => {
  it.each([
    ["2026-11-25", 540, "Asia/Tokyo", "2026-11-25T00:00:00Z"],
    ["2026-11-25", 1440, "Asia/Tokyo", "2026-11-25T15:00:00Z"],
    ["2026-07-01", 540, "Europe/London", "2026-07-01T08:00:00Z"],
    ["2026-11-25", 60, "America/St_Johns", "2026-11-25T04:30:00Z"],
    ["2026-03-29", 90, "Europe/London", "2026-03-29T01:30:00Z"], // in the gap
    ["2026-10-25", 90, "Europe/London", "2026-10-25T00:30:00Z"], // of two the first
    ["2026-10-04", 0, "Australia/Lord_Howe", "2026-10-03T13:30:00Z"],
  ])("%s minute %i in %s", (date, minute, zone, instant) => {
    expect(instantOf(date, minute, zone)).toBe(instant);
  });
});

describe("time off", () => {
  it("is whole days, the last included, unless times are given", () => {
    const days = { first: "2026-12-01", from: "", last: "2026-12-02", until: "" };
    expect(awaySpan(days, minuteOf, "Asia/Tokyo")).toEqual({
      starts_at: "2026-11-30T15:00:00Z",
      ends_at: "2026-12-02T15:00:00Z",
    });
    const hours = { first: "2026-12-01", from: "13:00", last: "2026-12-01", until: "15:00" };
    expect(awaySpan(hours, minuteOf, "Asia/Tokyo")).toEqual({
      starts_at: "2026-12-01T04:00:00Z",
      ends_at: "2026-12-01T06:00:00Z",
    });
  });

  it("that runs backwards is none", () => {
    const away = { first: "2026-12-02", from: "", last: "2026-12-01", until: "" };
    expect(awaySpan(away, minuteOf, "Asia/Tokyo")).toBeNull();
  });
});

describe("time off", () => {
  const whole = { starts_at: "2026-12-06T15:00:00Z", ends_at: "2026-12-09T15:00:00Z" };

  it("of whole days goes from its first to its last date, both included", () => {
    expect(wholeDays(whole, "Asia/Tokyo")).toEqual({ first: "2026-12-07", last: "2026-12-09" });
    expect(wholeDays(whole, "Europe/London")).toBeNull();
    expect(wholeDays({ ...whole, ends_at: "2026-12-09T16:00:00Z" }, "Asia/Tokyo")).toBeNull();
  });

  it("is covered from eight days on", () => {
    expect(isCovered({ ...whole, ends_at: "2026-12-14T14:59:59Z" })).toBe(false);
    expect(isCovered({ ...whole, ends_at: "2026-12-14T15:00:00Z" })).toBe(true);
  });
});
