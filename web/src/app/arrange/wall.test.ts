import { describe, expect, it } from "vitest";
import { instantAt, isAskable } from "./wall";

describe("a wall clock's time as an instant", () => {
  it.each([
    ["2026-11-25", "09:30", "Asia/Tokyo", "2026-11-25T00:30:00.000Z"],
    ["2026-07-01", "22:00", "America/New_York", "2026-07-02T02:00:00.000Z"],
    ["2026-10-04", "08:30", "Australia/Lord_Howe", "2026-10-03T21:30:00.000Z"],
    ["2026-11-01", "01:30", "America/New_York", "2026-11-01T05:30:00.000Z"],
  ])("%s %s in %s", (date, time, zone, instant) => {
    expect(instantAt(date, time, zone)).toBe(instant);
  });

  it("is none where the clocks jump over it, or for nonsense", () => {
    expect(instantAt("2026-03-08", "02:30", "America/New_York")).toBeNull();
    expect(instantAt("", "09:00", "Asia/Tokyo")).toBeNull();
    expect(instantAt("2026-11-25", "", "Asia/Tokyo")).toBeNull();
  });
});

it("asks for no day that is over or still being typed", () => {
  const today = "2026-11-25";
  expect(["2026-11-25", "2027-01-01"].every((day) => isAskable(day, today))).toBe(true);
  const others = ["", "2026-11-24", "0002-12-25", "0202-12-25", "20261-12-25"];
  expect(others.filter((day) => isAskable(day, today))).toEqual([]);
});
