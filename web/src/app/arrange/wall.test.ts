import { describe, expect, it } from "vitest";
import { instantAt } from "./wall";

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
