import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { guardBack, guardLeaving } from "./backGuard";

/** A window's history: entries, and where we are among them. */
class FakePage extends EventTarget {
  entries: unknown[] = ["elsewhere", null];
  at = 1;
  readonly history = {
    page: this as FakePage,
    get state() {
      return this.page.entries[this.page.at];
    },
    pushState(state: unknown) {
      this.page.entries = [...this.page.entries.slice(0, this.page.at + 1), state];
      this.page.at += 1;
    },
    back() {
      this.page.goBack();
    },
  };

  goBack(): void {
    this.at -= 1;
    this.dispatchEvent(new Event("popstate"));
  }
}

let page: FakePage;

beforeEach(() => {
  vi.useFakeTimers();
  page = new FakePage();
});

afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

describe("Back during a call", () => {
  it("is told every time and never leaves the page", () => {
    const told = vi.fn();
    const remove = guardBack(page, told);
    for (let times = 1; times <= 3; times += 1) {
      page.goBack();
      expect(told).toHaveBeenCalledTimes(times);
      expect(page.at).toBe(2);
    }
    remove();
  });

  it("goes where it always went once the guard is gone", () => {
    const told = vi.fn();
    guardBack(page, told)();
    vi.runAllTimers();
    expect(page.at).toBe(1);
    page.goBack();
    expect([page.history.state, told.mock.calls.length]).toEqual(["elsewhere", 0]);
  });

  it("lays no second entry after a reload", () => {
    guardBack(page, vi.fn());
    const entries = page.entries.length;
    guardBack(page, vi.fn())();
    expect(page.entries).toHaveLength(entries);
  });

  it("keeps its entry when another guard comes in its place at once", () => {
    const told = vi.fn();
    guardBack(page, vi.fn())();
    const remove = guardBack(page, told);
    vi.runAllTimers();
    expect([page.at, told.mock.calls.length]).toEqual([2, 0]);
    remove();
  });
});

it("has the browser ask before the page is left, and no longer than that", () => {
  const leave = () => !page.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  const remove = guardLeaving(page);
  expect(leave()).toBe(true);
  remove();
  expect(leave()).toBe(false);
});
