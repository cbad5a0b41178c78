import { describe, expect, it } from "vitest";
import type { Rule } from "../pace/rules";
import {
  HOUR_PX,
  afterKey,
  drawn,
  minuteAt,
  minutesOf,
  piecesOf,
  pixelsOf,
  shownHours,
  wallMinute,
} from "./grid";

const RULE: Rule = {
  weekday: 2,
  start: 540,
  end: 600,
  timezone: "Asia/Tokyo",
  valid_from: null,
  valid_to: null,
};
const NONE = { shift: false, alt: false };
const DATES = ["2026-11-23", "2026-11-24", "2026-11-25"];

describe("minutes and pixels", () => {
  it("are each other's inverse on every step of a day", () => {
    for (let minute = 0; minute <= 1440; minute += 15) {
      expect(minuteAt(pixelsOf(minute - 420), 420)).toBe(minute);
    }
  });

  it("go to the nearest quarter", () => {
    expect(minuteAt(HOUR_PX * 1.1, 420)).toBe(480);
    expect(minuteAt(HOUR_PX * 1.15, 420)).toBe(495);
    expect(minutesOf(-HOUR_PX / 2)).toBe(-30);
  });
});

describe("the hours that are shown", () => {
  it("are the usual ones, and more where something lies outside", () => {
    expect(shownHours([], false)).toEqual({ from: 420, to: 1200 });
    expect(shownHours([{ from: 385, to: 1290 }], false)).toEqual({ from: 360, to: 1320 });
    expect(shownHours([], true)).toEqual({ from: 0, to: 1440 });
  });
});

describe("a span", () => {
  it("is cut at the zone's midnights and kept to the dates shown", () => {
    const away = { starts_at: "2026-11-22T03:00:00Z", ends_at: "2026-11-24T03:30:00Z" };
    expect(piecesOf(away, "Asia/Tokyo", DATES)).toEqual([
      { day: 0, from: 0, to: 1440 },
      { day: 1, from: 0, to: 750 },
    ]);
  });

  it("that ends at midnight does not touch the next day", () => {
    const evening = { starts_at: "2026-11-24T13:00:00Z", ends_at: "2026-11-24T15:00:00Z" };
    expect(piecesOf(evening, "Asia/Tokyo", DATES)).toEqual([{ day: 1, from: 1320, to: 1440 }]);
  });

  it("over the hour that clocks show twice is still to be seen", () => {
    const twice = { starts_at: "2026-10-25T00:45:00Z", ends_at: "2026-10-25T01:15:00Z" };
    const [piece] = piecesOf(twice, "Europe/London", ["2026-10-25"]);
    expect(piece).toEqual({ day: 0, from: 105, to: 110 });
  });

  it("is told in wall time, also in half-hour zones", () => {
    expect(wallMinute("2026-11-25T00:00:00Z", "Asia/Kolkata")).toBe(330);
  });
});

describe("a key", () => {
  const days = [0, 2, 4];

  it("moves hours, their end with Shift and their beginning with Alt", () => {
    expect(afterKey(RULE, "ArrowDown", NONE, days)).toMatchObject({
      rule: { start: 555, end: 615 },
    });
    expect(afterKey(RULE, "ArrowUp", { shift: true, alt: false }, days)).toMatchObject({
      rule: { start: 540, end: 585 },
    });
    expect(afterKey(RULE, "ArrowUp", { shift: false, alt: true }, days)).toMatchObject({
      rule: { start: 525, end: 600 },
    });
  });

  it("takes them to the next day they may stand on, and no further", () => {
    expect(afterKey(RULE, "ArrowLeft", NONE, days)).toMatchObject({ rule: { weekday: 0 } });
    expect(afterKey(RULE, "ArrowRight", NONE, days)).toMatchObject({ rule: { weekday: 4 } });
    expect(afterKey({ ...RULE, weekday: 4 }, "ArrowRight", NONE, days)).toBeNull();
  });

  it("takes them away, or is none of the grid's", () => {
    expect(afterKey(RULE, "Delete", NONE, days)).toEqual({ remove: true });
    expect(afterKey(RULE, "a", NONE, days)).toBeNull();
    expect(afterKey(RULE, "ArrowLeft", { shift: false, alt: true }, days)).toBeNull();
  });
});

describe("what is drawn", () => {
  it("goes either way, and is an hour where it was only a press", () => {
    expect(drawn(600, 540)).toEqual({ from: 540, to: 600 });
    expect(drawn(600, 600)).toEqual({ from: 600, to: 660 });
    expect(drawn(1440, 1440)).toEqual({ from: 1380, to: 1440 });
  });
});
