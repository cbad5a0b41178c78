import { describe, expect, it } from "vitest";
import type { Places } from "./places";
import {
  HIGHEST,
  LOWEST,
  isEmpty,
  leftOf,
  roomIn,
  shareOf,
  shownWith,
  undoOf,
  within,
} from "./places";

const PRACTICE: Places = {
  capacity: 5,
  active: 3,
  offers: 1,
  pause_new: false,
};

describe("the room for new clients", () => {
  it("is what the capacity leaves after cares and offered places", () => {
    expect(roomIn(PRACTICE)).toEqual({ kind: "free", count: 1 });
    expect(roomIn({ ...PRACTICE, offers: 2 })).toEqual({ kind: "full" });
  });

  it("is overdrawn, not negative, after the capacity was lowered", () => {
    expect(roomIn({ ...PRACTICE, capacity: 1 })).toEqual({ kind: "over", count: 2 });
  });

  it("is closed by a pause, whatever the numbers", () => {
    expect(roomIn({ ...PRACTICE, pause_new: true })).toEqual({ kind: "paused" });
  });
});

describe("a wish not yet saved", () => {
  it("is shown at once", () => {
    expect(shownWith(PRACTICE, { capacity: 6 }).capacity).toBe(6);
  });

  it("can be undone to what was there before", () => {
    expect(undoOf(PRACTICE, { capacity: 8 })).toEqual({ capacity: 5 });
    expect(undoOf(PRACTICE, { pause_new: true })).toEqual({ pause_new: false });
    expect(undoOf(PRACTICE, { capacity: 5 })).toBeNull();
  });

  it("keeps what was pressed while an earlier one was being saved", () => {
    expect(leftOf({ capacity: 7 }, { capacity: 6 })).toEqual({ capacity: 7 });
    expect(
      isEmpty(leftOf({ capacity: 6, pause_new: true }, { capacity: 6, pause_new: true })),
    ).toBe(true);
  });
});

it("a capacity stays within its bounds", () => {
  expect([within(-1), within(HIGHEST + 1), within(4)]).toEqual([LOWEST, HIGHEST, 4]);
});

describe("the bar", () => {
  it("shows places in use and promised, and never more than it is long", () => {
    expect(shareOf(PRACTICE)).toEqual({ used: 60, promised: 20 });
    expect(shareOf({ ...PRACTICE, capacity: 2 })).toEqual({ used: 100, promised: 0 });
    expect(shareOf({ ...PRACTICE, capacity: 0 })).toEqual({ used: 100, promised: 0 });
    expect(shareOf({ ...PRACTICE, capacity: 0, active: 0, offers: 0 }).used).toBe(0);
  });
});
