/** Sessions that repeat: looked at before they are booked, moved where they are not free, booked as far as they are. */
import type { components } from "../api/schema";
import { type request, asApiError } from "../shared/api";
import { moving } from "../shared/moved";
import type { Store } from "../shared/store";
import type { BookingState } from "./state";

type Schemas = components["schemas"];
export type Occurrence = Schemas["OccurrenceReply"];
export type SeriesMade = Schemas["SeriesReply"];

export interface Repeat {
  weeks: number;
  count: number;
}

export const WEEKS: readonly number[] = [1, 2, 3, 4, 6, 8];
export const COUNTS: readonly number[] = [2, 3, 4, 5, 6, 8, 10, 12];
const USUAL_COUNT = 4;

/** Every so many weeks, as often as before; 0: just once. */
export function repeatEvery(weeks: number, before: Repeat | null): Repeat | null {
  return weeks === 0 ? null : { weeks, count: before?.count ?? USUAL_COUNT };
}

export function freeOf(outlook: readonly Occurrence[]): readonly Occurrence[] {
  return outlook.filter((one) => one.why === null);
}

interface Tools {
  ask: typeof request;
  /** What a single booking would be. */
  body: () => Record<string, unknown>;
  keyFor: (body: string) => string;
}

export class Series {
  readonly #state: Store<BookingState>;
  readonly #tools: Tools;
  #turn = 0;

  constructor(state: Store<BookingState>, tools: Tools) {
    this.#state = state;
    this.#tools = tools;
  }

  choose(repeat: Repeat | null): void {
    this.#turn += 1;
    const fresh = { moved: [], outlook: null, isLooking: false, problem: null, alternatives: [] };
    this.#state.update({ repeat, ...fresh });
  }

  /** Takes a time nearby for one of the dates, or with null the date itself again. What was seen stays meanwhile. */
  async move(one: Occurrence, startsAt: string | null): Promise<void> {
    this.#state.update({ moved: moving(this.#state.get().moved, one, startsAt), problem: null });
    await this.#look();
  }

  /** What would be booked; asked again whenever time or rhythm change. */
  async look(): Promise<void> {
    this.#state.update({ outlook: null });
    await this.#look();
  }

  async #look(): Promise<void> {
    const { repeat, picked } = this.#state.get();
    const turn = ++this.#turn;
    const isLooking = Boolean(repeat && picked);
    this.#state.update({ isLooking });
    if (!repeat || !picked) return;
    try {
      // Nothing is booked yet, so that nobody need have said who they are.
      const { name: _name, email: _email, ...body } = this.#body(repeat, false);
      const seen = await this.#tools.ask<Schemas["PreviewReply"]>("POST", "/series/preview", {
        body,
      });
      if (turn === this.#turn) this.#state.update({ outlook: seen.occurrences, isLooking: false });
    } catch (error) {
      const problem = asApiError(error);
      if (turn === this.#turn) this.#state.update({ problem, outlook: null, isLooking: false });
    }
  }

  /** Where all was seen to be free, it is all or nothing: nobody gets less than was shown without having seen it. */
  async book(repeat: Repeat): Promise<void> {
    const { outlook, isLooking, busy } = this.#state.get();
    const free = freeOf(outlook ?? []);
    if (!outlook || isLooking || free.length === 0 || busy === "booking") return;
    this.#state.update({ busy: "booking", problem: null });
    const body = this.#body(repeat, free.length === outlook.length);
    const idempotencyKey = this.#tools.keyFor(JSON.stringify(body));
    const series = await this.#tools.ask<SeriesMade>("POST", "/series", { body, idempotencyKey });
    this.#state.update({ series, step: "done", busy: "", hold: null });
  }

  #body({ weeks, count }: Repeat, whole: boolean): Record<string, unknown> {
    const { moved } = this.#state.get();
    const instead = moved.length > 0 ? { instead: moved } : {};
    return { ...this.#tools.body(), interval_weeks: weeks, count, whole, ...instead };
  }
}
