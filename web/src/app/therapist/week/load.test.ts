import { expect, it } from "vitest";
import { loadOf } from "./load";

const WEEK = {
  monday: "2026-11-23",
  booked_minutes: 90,
  message_minutes: 60,
  limit_minutes: 300 as number | null,
};

it("is measured by the limit, and says by how much it is over", () => {
  expect(loadOf(WEEK, [WEEK])).toEqual({ booked: 30, messages: 20, overMin: 0 });
  expect(loadOf({ ...WEEK, booked_minutes: 270 }, [])).toEqual({
    booked: 90,
    messages: 10,
    overMin: 30,
  });
});

it("is measured by the fullest week where there is no limit", () => {
  const free = { ...WEEK, limit_minutes: null };
  const full = { ...free, booked_minutes: 240 };
  expect(loadOf(free, [free, full])).toEqual({ booked: 30, messages: 20, overMin: 0 });
  expect(loadOf({ ...free, booked_minutes: 0, message_minutes: 0 }, []).booked).toBe(0);
});
