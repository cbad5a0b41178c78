import { describe, expect, it } from "vitest";
import { dateOf, moving } from "./moved";

const DATE = { starts_at: "2026-12-08T01:00:00Z", instead_of: null };
const [LATER, LAST] = ["2026-12-08T02:00:00Z", "2026-12-08T03:00:00Z"];
const MOVED = { starts_at: LATER, instead_of: DATE.starts_at };
const OTHER = { of: "2026-12-22T01:00:00Z", starts_at: "2026-12-22T02:00:00Z" };

describe("a date of a series", () => {
  it("is moved, moved on, and counts once", () => {
    const once = moving([OTHER], DATE, LATER);
    expect(once).toEqual([OTHER, { of: DATE.starts_at, starts_at: LATER }]);
    expect(moving(once, MOVED, LAST)).toEqual([OTHER, { of: DATE.starts_at, starts_at: LAST }]);
    expect(dateOf(MOVED)).toBe(DATE.starts_at);
  });

  it("is back where it belongs when that is asked for, or its own time is chosen", () => {
    const once = moving([OTHER], DATE, LATER);
    for (const startsAt of [null, DATE.starts_at, "2026-12-08T01:00:00.000Z"]) {
      expect(moving(once, MOVED, startsAt)).toEqual([OTHER]);
    }
  });
});
