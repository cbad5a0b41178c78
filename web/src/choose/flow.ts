/**
 * What is under way for a client about who they see, reached by the link of a mail: what the server said, and
 * what is being asked of it. Opening the page decides nothing; each decision carries one key. Drawing is in
 * the components.
 */
import type { ClientCare } from "../api/types";
import { type ApiError, type Method, type request, asApiError } from "../shared/api";
import { Attempt } from "../shared/attempt";
import { Store } from "../shared/store";
import { askingByLink } from "../join/linkSession";

export type History = "all" | "from" | "none";
export type Done = "" | "moved" | "stays" | "chosen" | "declined" | "left" | "ended";

export interface ChooseState {
  /** The link itself does not work. */
  fatal: ApiError | null;
  /** The last thing that failed; the page stays usable. */
  problem: ApiError | null;
  /** Which button works, by the path it asks. */
  busy: string;
  care: ClientCare | null;
  done: Done;
}

/** What of the chat so far goes along. */
export interface Share {
  history: History;
  since: string;
}

export class ChooseFlow {
  readonly state = new Store<ChooseState>({
    fatal: null,
    problem: null,
    busy: "",
    care: null,
    done: "",
  });
  readonly #ask: typeof request;
  readonly #byLink: typeof request;
  readonly #token: string;
  readonly #attempt = new Attempt();

  constructor(token: string, ask: typeof request) {
    this.#token = token;
    this.#ask = ask;
    this.#byLink = askingByLink(ask, () => this.#exchange());
  }

  async start(): Promise<void> {
    this.state.update({ fatal: null, problem: null });
    try {
      await this.#exchange();
      await this.#load();
    } catch (error) {
      this.state.update({ fatal: asApiError(error) });
    }
  }

  goOn(handoverId: string, share: Share): Promise<void> {
    return this.#decide(`/care/handovers/${handoverId}/accept`, shared(share), "moved");
  }

  stay(handoverId: string): Promise<void> {
    return this.#decide(`/care/handovers/${handoverId}/decline`, {}, "stays");
  }

  choose(choiceId: string, choice: string, share: Share): Promise<void> {
    const body = choice === "transfer" ? { choice, ...shared(share) } : { choice };
    const done = choice === "transfer" ? "moved" : "chosen";
    return this.#decide(`/care/choices/${choiceId}`, body, done);
  }

  declineOffer(offerId: string): Promise<void> {
    return this.#decide(`/care/offers/${offerId}/decline`, {}, "declined");
  }

  stopWaiting(): Promise<void> {
    return this.#decide("/care/waiting", undefined, "left", "DELETE");
  }

  end(careId: string, apart: boolean): Promise<void> {
    return this.#decide(`/cares/${careId}/end`, { apart }, "ended");
  }

  /** Where this client chooses a time. */
  get bookingAddress(): string {
    return `/b/${this.#token}`;
  }

  async #decide(path: string, body: unknown, done: Done, method: Method = "POST"): Promise<void> {
    if (this.state.get().busy) return;
    this.state.update({ busy: path, problem: null, done: "" });
    try {
      await this.#byLink(method, path, {
        session: "link",
        ...(body === undefined ? {} : { body }),
        idempotencyKey: this.#attempt.keyFor(`${path} ${JSON.stringify(body)}`),
      });
      this.#attempt.done();
      await this.#load();
      this.state.update({ busy: "", done });
    } catch (error) {
      this.state.update({ busy: "", problem: asApiError(error) });
    }
  }

  async #load(): Promise<void> {
    this.state.update({
      care: await this.#byLink<ClientCare>("GET", "/care", { session: "link" }),
    });
  }

  async #exchange(): Promise<void> {
    await this.#ask("POST", "/links/exchange", { body: { token: this.#token } });
  }
}

function shared({ history, since }: Share): { history: History; since?: string } {
  return history === "from" ? { history, since } : { history };
}
