import { describe, expect, it } from "vitest";
import { FreezeCount } from "./freezes";

const frozen = (freezes: number, frozen_ms = freezes * 500) => ({ freezes, frozen_ms });

function begun(): FreezeCount {
  const count = new FreezeCount();
  count.next(frozen(0), 0);
  return count;
}

describe("a picture that stands still", () => {
  it("counts, with how long, and no longer among the latest after five minutes", () => {
    const count = begun();
    expect(count.next(frozen(2), 10_000)).toEqual({
      freezes: 2,
      frozen_ms: 1000,
      freezes_lately: 2,
    });
    expect(count.next(frozen(3), 200_000)).toMatchObject({ freezes: 3, freezes_lately: 3 });
    expect(count.next(frozen(3), 311_000)).toMatchObject({ freezes: 3, freezes_lately: 1 });
  });

  it("does not count because of a camera that was turned off, also when the next picture comes", () => {
    const count = begun();
    count.next(frozen(1), 10_000);
    count.pause(20_000);
    expect(count.next(frozen(2, 6500), 24_000)).toMatchObject({ freezes: 1, frozen_ms: 500 });
    expect(count.next(frozen(3, 7000), 26_000)).toMatchObject({ freezes: 2, frozen_ms: 1000 });
  });

  it("does not count while a call begins", () => {
    expect(begun().next(frozen(1), 3_000)).toMatchObject({ freezes: 0, frozen_ms: 0 });
  });

  it("goes on counting over a new connection, which begins at nothing", () => {
    const count = begun();
    count.next(frozen(4), 10_000);
    expect(count.next(frozen(0), 20_000)).toMatchObject({ freezes: 4, frozen_ms: 2000 });
    expect(count.next(frozen(1), 30_000)).toMatchObject({ freezes: 5, frozen_ms: 2500 });
  });

  it("is not known where the browser does not count", () => {
    const told = { freezes: null, frozen_ms: null };
    expect(begun().next(told, 10_000)).toEqual({ ...told, freezes_lately: null });
  });
});
