/**
 * One thing at a time. Negotiation steps wait for each other here, so an offer
 * never lands in the middle of another one.
 */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** Runs after everything added before; a failure does not stop the next one. */
  add<T>(work: () => Promise<T>): Promise<T | undefined> {
    const turn = this.#tail.then(() => (this.#closed ? undefined : work()));
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  /** What has not begun will not begin. */
  close(): void {
    this.#closed = true;
  }
}
