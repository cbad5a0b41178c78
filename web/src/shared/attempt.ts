/** One key for one request, however often it is sent: what is asked again after no answer came is the same request. */
import { newId } from "./ids";

export class Attempt {
  #content = "";
  #key = "";

  /** Other content is another request. */
  keyFor(content: string): string {
    if (content !== this.#content || !this.#key) {
      this.#content = content;
      this.#key = newId();
    }
    return this.#key;
  }

  /** It was answered: the same again is a new wish. */
  done(): void {
    this.#key = "";
  }
}
