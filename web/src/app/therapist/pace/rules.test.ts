import { describe, expect, it } from "vitest";
import {
  type Rule,
  clockOf,
  endOf,
  faultOf,
  fieldOf,
  firstFault,
  minuteOf,
  minutesIn,
  moved,
  overlap,
  resized,
  sameRules,
} from "./rules";

const MORNING: Rule = {
  weekday: 1,
  start: 540,
  end: 720,
  timezone: "Asia/Tokyo",
  valid_from: null,
  valid_to: null,
};

describe("clock times", () => {
  it.each([
    ["09:30", 570],
    ["00:00", 0],
    ["24:00", 1440],
    ["24:15", null],
    ["9:60", null],
    ["", null],
  ])("%s is minute %s of the day", (clock, minute) => {
    expect(minuteOf(clock)).toBe(minute);
  });

  it("end at midnight as 24:00, which a time field writes 00:00", () => {
    expect(endOf("00:00")).toBe(1440);
    expect(clockOf(1440)).toBe("24:00");
    expect(fieldOf(1440)).toBe("00:00");
  });
});

describe("hours", () => {
  it("may touch, but not overlap on one weekday", () => {
    expect(overlap(MORNING, { ...MORNING, start: 720, end: 800 })).toBe(false);
    expect(overlap(MORNING, { ...MORNING, start: 705, end: 800 })).toBe(true);
    expect(overlap(MORNING, { ...MORNING, weekday: 2 })).toBe(false);
  });

  it("do not overlap where they are never valid on one date", () => {
    const summer = { ...MORNING, valid_to: "2026-09-30" };
    expect(overlap(summer, { ...MORNING, valid_from: "2026-10-01" })).toBe(false);
    expect(overlap(summer, { ...MORNING, valid_from: "2026-09-30" })).toBe(true);
  });

  it("say what is wrong with them and where", () => {
    expect(faultOf([{ ...MORNING, end: 540 }], 0)).toBe("order");
    expect(faultOf([{ ...MORNING, valid_from: "2026-02-02", valid_to: "2026-02-01" }], 0)).toBe(
      "dates",
    );
    expect(firstFault([MORNING, { ...MORNING, start: 600, end: 660 }])).toEqual({
      at: 1,
      fault: "overlap",
    });
    expect(firstFault([MORNING])).toBeNull();
  });

  it("move within the day and keep their length", () => {
    expect(moved(MORNING, -600)).toMatchObject({ start: 0, end: 180 });
    expect(moved(MORNING, 2000)).toMatchObject({ start: 1260, end: 1440 });
  });

  it("keep at least a quarter when an edge is moved", () => {
    expect(resized(MORNING, "end", -500)).toMatchObject({ start: 540, end: 555 });
    expect(resized(MORNING, "start", 500)).toMatchObject({ start: 705, end: 720 });
    expect(resized(MORNING, "end", 5000)).toMatchObject({ end: 1440 });
  });

  it("are the same in any order", () => {
    const other = { ...MORNING, weekday: 3 };
    expect(sameRules([MORNING, other], [other, MORNING])).toBe(true);
    expect(sameRules([MORNING], [{ ...MORNING, end: 735 }])).toBe(false);
  });

  it("count in a week while they are valid", () => {
    const dates = Array.from({ length: 7 }, (_, at) => `2026-11-${23 + at}`);
    const old = { ...MORNING, weekday: 2, valid_to: "2026-11-24" };
    expect(minutesIn([MORNING, old], dates)).toBe(180);
  });
});
