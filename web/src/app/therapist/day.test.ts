import { describe, expect, it } from "vitest";
import { dayIn, isAnyRunning, minutesUntil, nextSession } from "./day";

const SESSION = {
  starts_at: "2026-11-24T01:00:00Z",
  enter_from: "2026-11-24T00:50:00Z",
  enter_until: "2026-11-24T02:15:00Z",
  status: "confirmed",
};

const at = (instant: string): number => Date.parse(instant);

describe("a running session", () => {
  it("runs from its start until nobody may enter any more", () => {
    expect(isAnyRunning([SESSION], at("2026-11-24T00:59:00Z"))).toBe(false);
    expect(isAnyRunning([SESSION], at("2026-11-24T01:00:00Z"))).toBe(true);
    expect(isAnyRunning([SESSION], at("2026-11-24T02:15:00Z"))).toBe(false);
    const over = { ...SESSION, status: "fulfilled" };
    expect(isAnyRunning([over], at("2026-11-24T01:00:00Z"))).toBe(false);
  });
});

describe("the next session", () => {
  const later = { ...SESSION, starts_at: "2026-11-24T05:00:00Z" };

  it("is the nearest which has not begun, in whatever order they come", () => {
    expect(nextSession([later, SESSION], at("2026-11-24T00:00:00Z"))).toBe(SESSION);
    expect(nextSession([later, SESSION], at("2026-11-24T01:00:00Z"))).toBe(later);
  });

  it("is none when the rest is cancelled or over", () => {
    const cancelled = { ...later, status: "cancelled" };
    expect(nextSession([SESSION, cancelled], at("2026-11-24T03:00:00Z"))).toBeNull();
  });

  it("is some minutes away, counted up", () => {
    expect(minutesUntil(SESSION.starts_at, at("2026-11-24T00:58:59Z"))).toBe(2);
    expect(minutesUntil(SESSION.starts_at, at("2026-11-24T01:00:01Z"))).toBe(0);
  });
});

it("a day in the address must be a real one", () => {
  expect(dayIn("?day=2026-11-24")).toBe("2026-11-24");
  expect(["?day=2026-02-30", "?day=tomorrow", ""].map(dayIn)).toEqual([null, null, null]);
});
