import { describe, expect, it } from "vitest";
import { together } from "./together";

describe("requests", () => {
  it("of one series stand together where its most urgent one stands, others alone", () => {
    const asked = [
      { id: 1, series_id: null },
      { id: 2, series_id: "a" },
      { id: 3, series_id: "b" },
      { id: 4, series_id: null },
      { id: 5, series_id: "a" },
    ];
    const ids = together(asked).map((part) => part.map((one) => one.id));
    expect(ids).toEqual([[1], [2, 5], [3], [4]]);
    expect(together([])).toEqual([]);
  });
});
