import { describe, expect, it } from "vitest";
import { STALLED_MS, SURE_MS, StallWatch, packetsReceived } from "./stall";

describe("noticing that nothing comes any more", () => {
  it("takes two seconds without a packet, and is said again only after a while", () => {
    const watch = new StallWatch();
    expect(watch.next(5, 0)).toBe(false);
    expect(watch.next(5, STALLED_MS - 1)).toBe(false);
    expect(watch.next(5, STALLED_MS)).toBe(true);
    expect(watch.next(5, STALLED_MS + 1_000)).toBe(false);
    expect(watch.stalled(STALLED_MS + 1_000)).toBe(true);
    expect(watch.next(5, STALLED_MS + 4_000)).toBe(true);
  });

  it("begins anew with every packet", () => {
    const watch = new StallWatch();
    watch.next(5, 0);
    expect(watch.next(6, STALLED_MS)).toBe(false);
    expect(watch.stalled(STALLED_MS)).toBe(false);
    expect(watch.next(6, 2 * STALLED_MS - 1)).toBe(false);
    expect(watch.next(6, 2 * STALLED_MS)).toBe(true);
  });

  it("reads what the browser counts on the transport", () => {
    const report = new Map<string, unknown>([
      ["a", { type: "inbound-rtp", packetsReceived: 9 }],
      ["t", { type: "transport", packetsReceived: 12 }],
    ]);
    expect(packetsReceived(report)).toBe(12);
    expect(packetsReceived(new Map())).toBeNull();
  });

  it("is surer, and sooner, when the server is away, too", () => {
    const watch = new StallWatch();
    watch.next(5, 0);
    expect([watch.stalled(SURE_MS), watch.stalled(SURE_MS, true)]).toEqual([false, true]);
  });
});
