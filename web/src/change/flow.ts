/**
 * Changing one booking, reached by its join link: what is shown, what the server said.
 * Opening the page changes nothing; each change is asked for once and carries one key,
 * however often its button is pressed. Drawing is in the components.
 */
import type { Booking, Slot } from "../api/types";
import { isAwaited } from "../shared/answer";
import { type ApiError, type request, asApiError } from "../shared/api";
import { Attempt } from "../shared/attempt";
import { Store } from "../shared/store";
import { askingByLink } from "../join/linkSession";
import { firstOfMonth, lastOfMonth, monthOf, nextMonth } from "../shared/month/month";

export type View = "booking" | "times" | "sure" | "cancelling" | "moved" | "gone";

export interface ChangeState {
  view: View;
  /** The link itself does not work. */
  fatal: ApiError | null;
  /** The last thing that failed; the page stays usable. */
  problem: ApiError | null;
  busy: "" | "loading" | "slots" | "changing";
  booking: Booking | null;
  zone: string;
  /** "2026-11" */
  month: string;
  slots: Slot[];
  picked: Slot | null;
}

interface Exchange {
  purpose: string;
  scope: { booking_id?: string };
}

interface Found {
  slots: Slot[];
}

export interface FlowTools {
  ask: typeof request;
  now: () => number;
  zone: string;
}

/** How many months further on a free day is looked for. */
const LOOK_AHEAD = 3;

export class ChangeFlow {
  readonly state: Store<ChangeState>;
  readonly #tools: FlowTools;
  readonly #byLink: typeof request;
  readonly #token: string;
  #bookingId = "";
  readonly #attempt = new Attempt();
  #asking = 0;

  constructor(token: string, tools: FlowTools) {
    this.#token = token;
    this.#tools = tools;
    this.#byLink = askingByLink(tools.ask, () => this.#exchange());
    this.state = new Store<ChangeState>({
      view: "booking",
      fatal: null,
      problem: null,
      busy: "loading",
      booking: null,
      zone: tools.zone,
      month: monthOf(tools.now(), tools.zone),
      slots: [],
      picked: null,
    });
  }

  /** `wanted` is what the mail's link asks for; it is only shown, not done. */
  async start(wanted: string | null): Promise<void> {
    this.state.update({ busy: "loading", fatal: null, problem: null });
    try {
      await this.#exchange();
      await this.#load();
      this.#showIn(this.state.get().booking?.timezone);
    } catch (error) {
      this.state.update({ fatal: asApiError(error), busy: "" });
      return;
    }
    if (wanted === "again" && this.missed) await this.chooseTime();
    if (!this.changeable) return;
    if (wanted === "change") await this.chooseTime();
    if (wanted === "cancel") this.show("cancelling");
  }

  /** Times stand in the booking's own zone, as in the mail and on every other page of it. */
  #showIn(zone: string | undefined): void {
    if (zone) this.state.update({ zone, month: monthOf(this.#tools.now(), zone) });
  }

  /** Whether its client can still change it. */
  get changeable(): boolean {
    const until = this.state.get().booking?.change_until;
    return Boolean(until && Date.parse(until) > this.#tools.now());
  }

  /** It did not take place: another one can be booked instead. */
  get missed(): boolean {
    return this.state.get().booking?.status === "noshow";
  }

  /** A request whose answer is looked out for, where nothing else is being done with it. */
  get awaits(): boolean {
    const { booking, view, busy } = this.state.get();
    const idle = (view === "booking" || view === "moved") && busy === "";
    return booking !== null && isAwaited(booking) && idle;
  }

  /** Shows what came of a request; whether it is still awaited. */
  look = async (): Promise<boolean> => {
    const booking = await this.#ask<Booking>("GET", this.#path);
    if (!this.awaits) return false;
    this.state.update(isAwaited(booking) ? { booking } : { booking, view: "booking" });
    return this.awaits;
  };

  show(view: View): void {
    this.state.update({ view, problem: null });
  }

  async chooseTime(): Promise<void> {
    const { booking, zone } = this.state.get();
    const from = Math.max(this.#tools.now(), Date.parse(booking?.starts_at ?? ""));
    this.state.update({ view: "times", problem: null, picked: null, month: monthOf(from, zone) });
    await this.#loadSlots();
  }

  async chooseZone(zone: string): Promise<void> {
    this.state.update({ zone });
    await this.#loadSlots();
  }

  async showMonth(month: string): Promise<void> {
    if (month < monthOf(this.#tools.now(), this.state.get().zone)) return;
    this.state.update({ month, slots: [] });
    await this.#loadSlots();
  }

  /** Goes on to the first month with a free time; stays where it is when there is none. */
  async findFree(): Promise<void> {
    const { month } = this.state.get();
    for (let ahead = 1; ahead <= LOOK_AHEAD; ahead += 1) {
      this.state.update({ month: nextMonth(month, ahead), slots: [] });
      await this.#loadSlots();
      if (this.state.get().slots.length > 0 || this.state.get().problem) return;
    }
    this.state.update({ month });
    await this.#loadSlots();
  }

  pick(slot: Slot): void {
    this.state.update({ picked: slot, view: "sure", problem: null });
  }

  async move(): Promise<void> {
    const { picked } = this.state.get();
    if (!picked) return;
    const verb = this.missed ? "again" : "reschedule";
    await this.#change(verb, { starts_at: picked.starts_at }, "moved", "times");
    if (this.state.get().view === "times") await this.#loadSlots(true);
  }

  /** `later`: with all sessions of its series that come after it. */
  async cancel(reason: string, later = false): Promise<void> {
    await this.#change(
      later ? "cancel-later" : "cancel",
      reason ? { reason } : {},
      "gone",
      "cancelling",
    );
  }

  async #change(verb: string, body: object, done: View, stay: View): Promise<void> {
    if (this.state.get().busy === "changing") return;
    this.state.update({ busy: "changing", problem: null });
    try {
      const path = `${this.#path}/${verb}`;
      const idempotencyKey = this.#attempt.keyFor(verb + JSON.stringify(body));
      const made = await this.#ask<Partial<Booking>>("POST", path, { body, idempotencyKey });
      this.#attempt.done(); // the same again, once somebody else moved it, is another wish
      if (verb === "again") this.#renewed(made);
      else await this.#load();
      this.state.update({ view: done });
    } catch (error) {
      const problem = asApiError(error);
      const isOver = problem.code === "booking_status_conflict" && (await this.#isOver());
      this.state.update({ problem, busy: "", view: isOver ? "booking" : stay });
    }
  }

  /** It may have been cancelled elsewhere meanwhile: then it is shown as it is now, and no times. */
  async #isOver(): Promise<boolean> {
    const before = this.state.get().booking?.status;
    await this.#load().catch(() => undefined);
    return this.state.get().booking?.status !== before;
  }

  /** This link opens the missed session only; the way into the new one comes by mail. */
  #renewed(made: Partial<Booking>): void {
    const { booking } = this.state.get();
    if (!booking) return;
    this.state.update({
      booking: { ...booking, ...made, join_url: null, calendar_url: "" },
      busy: "",
    });
  }

  get #path(): string {
    return `/bookings/${encodeURIComponent(this.#bookingId)}`;
  }

  async #exchange(): Promise<void> {
    const body = { token: this.#token };
    const link = await this.#tools.ask<Exchange>("POST", "/links/exchange", { body });
    this.#bookingId = link.scope.booking_id ?? "";
  }

  async #load(): Promise<void> {
    const booking = await this.#ask<Booking>("GET", this.#path);
    this.state.update({ booking, busy: "" });
  }

  async #loadSlots(keepProblem = false): Promise<void> {
    const { month, zone, problem } = this.state.get();
    const turn = ++this.#asking;
    this.state.update({ busy: "slots", problem: keepProblem ? problem : null });
    const query = new URLSearchParams({
      from: firstOfMonth(month),
      to: lastOfMonth(month),
      tz: zone,
    });
    try {
      const { slots } = await this.#ask<Found>("GET", `${this.#path}/times?${query}`);
      const { booking } = this.state.get();
      const others = slots.filter((each) => each.starts_at !== booking?.starts_at);
      if (turn === this.#asking) this.state.update({ slots: others, busy: "" });
    } catch (error) {
      if (turn === this.#asking) this.state.update({ problem: asApiError(error), busy: "" });
    }
  }

  #ask<T>(...[method, path, options]: Parameters<typeof request>): Promise<T> {
    return this.#byLink<T>(method, path, { session: "link", ...options });
  }
}
