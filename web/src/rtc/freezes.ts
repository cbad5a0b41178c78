/**
 * Pure: how often the other's picture stood still although it was meant to move. Browsers count
 * every gap between two pictures, also that of a camera turned off, of a reload, of a hidden page;
 * and they count it when the next picture comes, so for a moment after such a time nothing counts.
 */
const SETTLE_MS = 5_000;
const LATELY_MS = 5 * 60_000;

export interface Freezes {
  freezes: number | null;
  frozen_ms: number | null;
  /** How many of them were in the last five minutes. */
  freezes_lately: number | null;
}

type Told = Pick<Freezes, "freezes" | "frozen_ms">;

export class FreezeCount {
  #told = { freezes: 0, frozen_ms: 0 };
  #frozenMs = 0;
  #at: number[] = [];
  #offAt: number | undefined;

  /** There is nothing to be seen at the moment, and that is meant. */
  pause(atMs: number): void {
    this.#offAt = atMs;
  }

  /** What the browser tells of the present connection, in total; a new one begins at nothing. */
  next({ freezes, frozen_ms }: Told, atMs: number): Freezes {
    this.#offAt ??= atMs;
    if (freezes === null) return { freezes, frozen_ms, freezes_lately: null };
    const told = { freezes, frozen_ms: frozen_ms ?? 0 };
    const again = told.freezes < this.#told.freezes;
    const before = again ? { freezes: 0, frozen_ms: 0 } : this.#told;
    this.#told = told;
    if (atMs - this.#offAt > SETTLE_MS) {
      this.#at.push(...Array<number>(told.freezes - before.freezes).fill(atMs));
      this.#frozenMs += Math.max(0, told.frozen_ms - before.frozen_ms);
    }
    const lately = this.#at.filter((at) => atMs - at < LATELY_MS);
    return {
      freezes: this.#at.length,
      frozen_ms: this.#frozenMs,
      freezes_lately: lately.length,
    };
  }
}
