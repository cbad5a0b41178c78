/** What comes of the requests that a booking's page has sent: asked about one by one, until each is answered. */
import type { Booking } from "../api/types";
import { isAwaited } from "../shared/answer";
import type { request } from "../shared/api";
import type { Store } from "../shared/store";
import type { SeriesMade } from "./series";
import type { BookingState } from "./state";

type Done = Pick<BookingState, "booking" | "series">;

/** Those that wait for an answer. */
export function awaited({ booking, series }: Done): readonly { booking_id: string }[] {
  const all: readonly (Booking | SeriesMade["bookings"][number])[] =
    series?.bookings ?? (booking ? [booking] : []);
  return all.filter(isAwaited);
}

export class Answers {
  readonly #state: Store<BookingState>;
  readonly #ask: typeof request;

  constructor(state: Store<BookingState>, ask: typeof request) {
    this.#state = state;
    this.#ask = ask;
  }

  /** Whether some are still awaited afterwards. */
  look = async (): Promise<boolean> => {
    for (const { booking_id: id } of awaited(this.#state.get())) {
      this.#seen(await this.#ask<Booking>("GET", `/bookings/${encodeURIComponent(id)}`));
    }
    return awaited(this.#state.get()).length > 0;
  };

  #seen(seen: Booking): void {
    const { series } = this.#state.get();
    if (!series) return this.#state.update({ booking: seen });
    const { booking_id, status, starts_at, ends_at, join_url } = seen;
    const now = { booking_id, status, starts_at, ends_at, join_url };
    const bookings = series.bookings.map((one) => (one.booking_id === booking_id ? now : one));
    this.#state.update({ series: { ...series, bookings } });
  }
}
