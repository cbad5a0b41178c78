import { describe, expect, it } from "vitest";
import type { CalendarWeek, Pace } from "../../../api/types";
import type { Rule } from "../pace/rules";
import { datesOf, drawnOf, isDrawn, layoutOf } from "./layout";

const ZONE = "Asia/Tokyo";
const WEEK: CalendarWeek = {
  monday: "2026-11-23",
  timezone: ZONE,
  open: [
    { starts_at: "2026-11-23T00:00:00Z", ends_at: "2026-11-23T03:00:00Z" },
    { starts_at: "2026-11-24T00:00:00Z", ends_at: "2026-11-24T03:00:00Z" },
  ],
  time_off: [],
  imported: [],
  sessions: [],
  cancelled: [],
};
const PACE = { dates: [], travels: [] } as unknown as Pace;
const RULE: Rule = {
  weekday: 0,
  start: 540,
  end: 720,
  timezone: ZONE,
  valid_from: null,
  valid_to: null,
};

describe("a week's layout", () => {
  it("begins on Monday and goes over the end of a year", () => {
    expect(datesOf("2026-12-28").at(-1)).toBe("2027-01-03");
  });

  it("lets every day's hours be changed where nothing is special", () => {
    const layout = layoutOf(PACE, WEEK, [RULE]);
    expect(layout.editable).toHaveLength(7);
    expect(layout.special).toEqual([]);
    expect(isDrawn(RULE, layout)).toBe(true);
  });

  it("only draws the hours of a date that has its own, and of travel", () => {
    const dates = [{ date: "2026-11-23", ranges: [] }];
    const travels = [
      { travel_id: "t", first_date: "2026-11-28", last_date: "2026-12-05", timezone: "UTC" },
    ];
    const layout = layoutOf({ ...PACE, dates, travels }, WEEK, [RULE]);
    expect(layout.editable).toEqual([1, 2, 3, 4]);
    expect(layout.special).toEqual([{ day: 0, from: 540, to: 720 }]);
    expect(isDrawn(RULE, layout)).toBe(false);
  });

  it("leaves out rules of another zone or another time", () => {
    const layout = layoutOf(PACE, WEEK, [{ ...RULE, timezone: "UTC" }]);
    expect(layout.special).toHaveLength(2);
    expect(isDrawn({ ...RULE, timezone: "UTC" }, layout)).toBe(false);
    expect(isDrawn({ ...RULE, valid_to: "2026-11-22" }, layout)).toBe(false);
  });
});

describe("what was cancelled", () => {
  const one = {
    booking_id: "b",
    client_name: null,
    starts_at: "2026-11-23T00:00:00Z",
    ends_at: "2026-11-23T00:45:00Z",
    cancelled_by: "client",
  };
  const week = { ...WEEK, cancelled: [one] };

  it("is drawn until it is hidden, and is never what is booked", () => {
    expect(drawnOf(week, true)).toEqual({ sessions: [], cancelled: [one] });
    expect(drawnOf(week, false)).toEqual({ sessions: [], cancelled: [] });
  });
});
