/** One idempotency key for one wish: what is sent again after no answer came is the same request to the server. */
import { newId } from "./ids";

export class Attempt {
  #wish = "";
  #key = "";

  /** The key of this wish; another wish begins with another key. */
  keyFor(wish: string): string {
    if (this.#wish !== wish || !this.#key) {
      this.#wish = wish;
      this.#key = newId();
    }
    return this.#key;
  }

  /** It was answered: the same wish, once more, is a new one. */
  done(): void {
    this.#key = "";
  }
}
