/**
 * Pure: notices that nothing comes any more, long before the browser says so (it takes five
 * seconds). The relay sends at least a report a second, so two without a packet mean that
 * the way is gone.
 */
export const STALLED_MS = 2_000;
/** Where the server is away, too: no second sign is needed. */
export const SURE_MS = 1_200;
const AGAIN_MS = 4_000; // a repair has had its time

type Entry = Record<string, unknown> & { type: string };

/** All packets that came on the transport so far; null where the browser does not tell. */
export function packetsReceived(report: Iterable<[string, unknown]>): number | null {
  const entries = [...report].map(([, entry]) => entry as Entry);
  const transport = entries.find((entry) => entry.type === "transport");
  const told = transport?.["packetsReceived"];
  return typeof told === "number" ? told : null;
}

export class StallWatch {
  #packets = -1;
  #heardAt = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** True when it is time to repair: nothing new came for too long. */
  next(packets: number, atMs: number): boolean {
    if (packets !== this.#packets) {
      this.#packets = packets;
      this.#heardAt = atMs;
      return false;
    }
    if (!this.stalled(atMs) || atMs - this.#toldAt < AGAIN_MS) return false;
    this.#toldAt = atMs;
    return true;
  }

  /** Whether nothing has come for so long that one may say so; `away`: nor from the server. */
  stalled(atMs: number, away = false): boolean {
    return atMs - this.#heardAt >= (away ? SURE_MS : STALLED_MS);
  }
}
