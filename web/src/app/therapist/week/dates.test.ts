import { describe, expect, it } from "vitest";
import type { Pace } from "../../../api/types";
import { choiceOf, rangesFault } from "./dates";

const PACE = {
  dates: [
    { date: "2026-12-01", ranges: [] },
    { date: "2026-12-02", ranges: [{ start: "20:00", end: "24:00" }] },
  ],
} as unknown as Pace;

describe("one date", () => {
  it("has the usual hours, none, or others", () => {
    expect(choiceOf(PACE, "2026-11-30").choice).toBe("usual");
    expect(choiceOf(PACE, "2026-12-01").choice).toBe("closed");
    expect(choiceOf(PACE, "2026-12-02")).toEqual({
      choice: "other",
      ranges: [{ start: 1200, end: 1440 }],
    });
  });

  it("takes hours that touch, but none that overlap or run backwards", () => {
    expect(rangesFault([])).toBe("none");
    expect(rangesFault([{ start: 600, end: 600 }])).toBe("fault");
    const late = { start: 780, end: 900 };
    expect(rangesFault([late, { start: 540, end: 780 }])).toBeNull();
    expect(rangesFault([late, { start: 540, end: 790 }])).toBe("fault");
  });
});
