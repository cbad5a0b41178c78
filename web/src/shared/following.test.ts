import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "./api";
import { ASK_EVERY_MS, type Look, type Seen, follow } from "./following";

/** A page that can be hidden, and come back to. */
function somePage() {
  const listeners = new Set<() => void>();
  const page = { seen: true, comeBack: () => listeners.forEach((each) => each()) };
  const seen: Seen = {
    now: () => Date.now(),
    isSeen: () => page.seen,
    onReturn: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return { page, seen, listeners };
}

describe("what is awaited", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is asked for at once, then now and then, until it is there", async () => {
    const { seen } = somePage();
    const look = vi.fn<Look>().mockResolvedValueOnce(true).mockResolvedValueOnce(true);
    look.mockResolvedValue(false);
    follow(look, seen);
    expect(look).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
    expect(look).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(20 * ASK_EVERY_MS);
    expect(look).toHaveBeenCalledTimes(3);
  });

  it("is not asked for while nobody sees the page, and at once when they come back", async () => {
    const { page, seen } = somePage();
    const look = vi.fn<Look>().mockResolvedValue(true);
    follow(look, seen);
    page.seen = false;
    await vi.advanceTimersByTimeAsync(20 * ASK_EVERY_MS);
    expect(look).toHaveBeenCalledTimes(1);
    page.seen = true;
    for (const _ of ["visibilitychange", "focus"]) page.comeBack();
    await vi.advanceTimersByTimeAsync(0);
    expect(look).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
    expect(look).toHaveBeenCalledTimes(3);
  });

  it("is asked for again after a failure that passes, and not after one that stays", async () => {
    for (const [status, times] of [
      [0, 2],
      [503, 2],
      [429, 2],
      [404, 1],
      [401, 1],
    ] as const) {
      const { seen } = somePage();
      const look = vi.fn<Look>().mockRejectedValue(new ApiError({ code: "some", status }));
      const stop = follow(look, seen);
      await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
      expect([status, look.mock.calls.length]).toEqual([status, times]);
      stop();
    }
  });

  it("is not asked for once the page is left, whatever was under way", async () => {
    const { page, seen, listeners } = somePage();
    let answer: (still: boolean) => void = () => undefined;
    const look = vi.fn<Look>(() => new Promise((done) => (answer = done)));
    const stop = follow(look, seen);
    stop();
    answer(true);
    page.comeBack();
    await vi.advanceTimersByTimeAsync(20 * ASK_EVERY_MS);
    expect([look.mock.calls.length, listeners.size]).toEqual([1, 0]);
  });
});
