/**
 * A booking from the link to the confirmation: which step, what was chosen, what the
 * server said. Nothing typed or chosen is lost by an error.
 *
 * Drawing is in the components; addresses and history are in BookingPage.
 */
import type {
  Alternative,
  Booking,
  Hold,
  LinkExchange,
  Slot,
  Slots,
  Therapist,
  Therapists,
} from "../api/types";
import { type ApiError, type request, asApiError } from "../shared/api";
import { newId } from "../shared/ids";
import { Store } from "../shared/store";
import { addDays, localDate } from "../shared/time";
import { askingByLink } from "../join/linkSession";
import { WEEK_DAYS } from "./days";
import { type DetailProblems, type Details, checkDetails, problemsFrom, tidy } from "./form";

export type Step = "therapists" | "times" | "details" | "done";

export interface BookingState {
  step: Step;
  /** The link itself does not work: nothing else can be done. */
  fatal: ApiError | null;
  /** The last thing that failed; the page stays usable. */
  problem: ApiError | null;
  busy: "" | "therapists" | "slots" | "hold" | "booking";
  zone: string;
  offer: Therapists | null;
  therapistId: string | null;
  weekFrom: string;
  slots: Slot[];
  /** The times could not be fetched: there may be some. */
  slotsFailed: boolean;
  picked: Slot | null;
  hold: Hold | null;
  holdOver: boolean;
  alternatives: Alternative[];
  details: Details;
  fieldProblems: DetailProblems;
  booking: Booking | null;
}

/** What a reload, or Forward, takes up again. */
export type LeftOff = Pick<
  BookingState,
  "step" | "therapistId" | "picked" | "hold" | "zone" | "details"
>;

export interface FlowTools {
  ask: typeof request;
  /** The server's time, ms since the epoch. */
  now: () => number;
  zone: string;
  language: () => string;
}

const TIME_GONE = new Set(["slot_taken", "slot_not_offered", "therapist_full", "client_busy"]);

export class BookingFlow {
  readonly state: Store<BookingState>;
  readonly #tools: FlowTools;
  readonly #byLink: typeof request;
  readonly #token: string;
  #attempt = { body: "", key: "" };
  #asking = 0;

  constructor(token: string, tools: FlowTools) {
    this.#token = token;
    this.#tools = tools;
    this.#byLink = askingByLink(tools.ask, () => this.#exchange());
    this.state = new Store<BookingState>({
      step: "therapists",
      fatal: null,
      problem: null,
      busy: "therapists",
      zone: tools.zone,
      offer: null,
      therapistId: null,
      weekFrom: localDate(tools.now(), tools.zone),
      slots: [],
      slotsFailed: false,
      picked: null,
      hold: null,
      holdOver: false,
      alternatives: [],
      details: { name: "", email: "" },
      fieldProblems: {},
      booking: null,
    });
  }

  get therapist(): Therapist | undefined {
    return this.therapistOf(this.state.get().therapistId);
  }

  therapistOf(id: string | null): Therapist | undefined {
    return this.state.get().offer?.therapists.find((each) => each.therapist_id === id);
  }

  async start(left?: LeftOff): Promise<void> {
    this.state.update({ busy: "therapists", fatal: null, problem: null });
    if (left) this.state.update({ zone: left.zone });
    if (left && left.step !== "therapists") this.state.update({ therapistId: left.therapistId });
    try {
      // A new exchange begins a new session, and the time is kept for the one that picked it.
      if (!this.#isKept(left?.hold)) await this.#greet();
      await this.#loadTherapists();
      if (left) await this.takeUp(left);
    } catch (error) {
      this.state.update({ fatal: asApiError(error), busy: "" });
    }
  }

  /** Goes on where one was: at the times, or at the details as long as the time is kept. */
  async takeUp({ step, therapistId, picked, hold, details }: LeftOff): Promise<void> {
    if (step !== "times" && step !== "details") return;
    if (!therapistId || !this.therapistOf(therapistId)) {
      this.state.update({ therapistId: null });
    } else if (step === "times" || !picked) {
      await this.chooseTherapist(therapistId);
    } else {
      const kept = this.#isKept(hold) ? hold : null;
      this.editDetails(details);
      this.state.update({
        ...this.#picked(picked, therapistId),
        hold: kept,
        holdOver: !kept,
        weekFrom: localDate(picked.starts_at, this.state.get().zone),
      });
    }
  }

  /** Shows a finished booking again, after a reload of the confirmation. */
  showDone(booking: Booking, email: string): void {
    this.editDetails({ email });
    this.state.update({ step: "done", booking, busy: "" });
  }

  async chooseZone(zone: string): Promise<void> {
    this.state.update({ zone, weekFrom: this.#firstDay(zone) });
    if (this.state.get().step === "times") await this.#loadSlots();
  }

  async chooseTherapist(therapistId: string): Promise<void> {
    this.state.update({ therapistId, step: "times", problem: null, alternatives: [], slots: [] });
    this.state.update({ weekFrom: this.#firstDay(this.state.get().zone) });
    await this.#loadSlots();
  }

  async moveWeek(weeks: number): Promise<void> {
    const { weekFrom, zone } = this.state.get();
    const today = localDate(this.#tools.now(), zone);
    const moved = addDays(weekFrom, weeks * WEEK_DAYS);
    this.state.update({ weekFrom: moved < today ? today : moved, slots: [] });
    await this.#loadSlots();
  }

  async reloadSlots(): Promise<void> {
    this.state.update({ problem: null });
    await this.#loadSlots();
  }

  /** Keeps a time for five minutes and goes on to the details. */
  async pick(slot: Slot, therapistId = this.state.get().therapistId): Promise<void> {
    if (this.state.get().busy === "hold") return;
    this.state.update({ busy: "hold", problem: null });
    try {
      const body = { therapist_id: therapistId, starts_at: slot.starts_at };
      const hold = await this.#ask<Hold>("POST", "/booking/holds", { body });
      this.state.update({ ...this.#picked(slot, therapistId), hold, busy: "" });
    } catch (error) {
      this.#timeFailed(asApiError(error), slot);
    }
  }

  holdExpired(): void {
    const { step, booking } = this.state.get();
    if (step === "details" && !booking) this.state.update({ holdOver: true, hold: null });
  }

  /** One step back; a time that was kept is free for others again. */
  async back(): Promise<void> {
    const { step } = this.state.get();
    if (step === "times") {
      this.state.update({ step: "therapists", problem: null, alternatives: [] });
      await this.#loadTherapists().catch(() => undefined);
    }
    if (step !== "details") return;
    this.#giveBackHold();
    this.state.update({ step: "times", problem: null, holdOver: false });
    await this.#loadSlots();
  }

  editDetails(change: Partial<Details>): void {
    const { details, fieldProblems } = this.state.get();
    const problems = { ...fieldProblems };
    for (const name of Object.keys(change)) delete problems[name as keyof Details];
    this.state.update({ details: { ...details, ...change }, fieldProblems: problems });
  }

  /** Books once, however often it is pressed: one key per content. */
  async confirm(): Promise<void> {
    const { details, picked, busy } = this.state.get();
    const fieldProblems = checkDetails(details);
    this.state.update({ fieldProblems });
    if (Object.keys(fieldProblems).length > 0 || !picked || busy === "booking") return;
    this.state.update({ busy: "booking", problem: null });
    const body = this.#bookingBody(picked);
    try {
      const idempotencyKey = this.#keyFor(JSON.stringify(body));
      const booking = await this.#ask<Booking>("POST", "/bookings", { body, idempotencyKey });
      this.state.update({ booking, step: "done", busy: "", hold: null, details: tidy(details) });
    } catch (error) {
      this.#bookingFailed(asApiError(error), picked);
    }
  }

  #isKept(hold: Hold | null | undefined): boolean {
    return Boolean(hold && Date.parse(hold.expires_at) > this.#tools.now());
  }

  #bookingBody(picked: Slot): object {
    const { therapistId, hold, details, zone } = this.state.get();
    return {
      therapist_id: therapistId,
      starts_at: picked.starts_at,
      ...(hold ? { hold_id: hold.hold_id } : {}),
      ...tidy(details),
      timezone: zone,
      locale: this.#tools.language(),
    };
  }

  #keyFor(body: string): string {
    if (body !== this.#attempt.body) this.#attempt = { body, key: newId() };
    return this.#attempt.key;
  }

  #picked(slot: Slot, therapistId: string | null): Partial<BookingState> {
    return {
      step: "details",
      picked: slot,
      therapistId,
      problem: null,
      alternatives: [],
      holdOver: false,
    };
  }

  #bookingFailed(error: ApiError, picked: Slot): void {
    if (error.code === "hold_expired") {
      this.state.update({ busy: "", holdOver: true, hold: null });
    } else if (TIME_GONE.has(error.code)) {
      this.#timeFailed(error, picked);
    } else {
      const fieldProblems = problemsFrom(error.extra);
      this.state.update({ busy: "", problem: error, fieldProblems });
    }
  }

  /** The time cannot be had: other times are offered where the person is. */
  #timeFailed(error: ApiError, slot: Slot): void {
    const given = error.extra["alternatives"];
    const alternatives = Array.isArray(given) ? (given as Alternative[]) : [];
    const gone = TIME_GONE.has(error.code);
    const { slots, hold } = this.state.get();
    this.state.update({
      busy: "",
      problem: error,
      alternatives,
      hold: gone ? null : hold,
      slots: gone ? slots.filter((each) => each.starts_at !== slot.starts_at) : slots,
    });
  }

  #giveBackHold(): void {
    const { hold } = this.state.get();
    if (!hold) return;
    this.state.update({ hold: null });
    const path = `/booking/holds/${encodeURIComponent(hold.hold_id)}`;
    void this.#ask("DELETE", path, { keepalive: true }).catch(() => undefined);
  }

  async #loadTherapists(): Promise<void> {
    const query = new URLSearchParams({ tz: this.state.get().zone });
    const offer = await this.#ask<Therapists>("GET", `/booking/therapists?${query}`);
    this.state.update({ offer, busy: "" });
    const [only] = offer.therapists;
    const { step } = this.state.get();
    const fresh = step === "therapists" && this.state.get().therapistId === null;
    if (offer.own_therapist && only && fresh) await this.chooseTherapist(only.therapist_id);
  }

  async #loadSlots(): Promise<void> {
    const { therapistId, weekFrom, zone } = this.state.get();
    if (!therapistId) return;
    const turn = ++this.#asking;
    this.state.update({ busy: "slots", slotsFailed: false });
    const to = addDays(weekFrom, WEEK_DAYS - 1);
    const query = new URLSearchParams({ therapist_id: therapistId, from: weekFrom, to, tz: zone });
    try {
      const { slots } = await this.#ask<Slots>("GET", `/booking/slots?${query}`);
      if (turn === this.#asking) this.state.update({ slots, busy: "" });
    } catch (error) {
      const problem = asApiError(error);
      if (turn === this.#asking) this.state.update({ problem, slotsFailed: true, busy: "" });
    }
  }

  async #greet(): Promise<void> {
    const link = await this.#exchange();
    const { details } = this.state.get();
    if (link.name && !details.name) this.editDetails({ name: link.name });
  }

  #exchange(): Promise<LinkExchange> {
    const body = { token: this.#token };
    return this.#tools.ask<LinkExchange>("POST", "/links/exchange", { body });
  }

  #firstDay(zone: string): string {
    const next = this.therapist?.next_free_at;
    return localDate(next ?? this.#tools.now(), zone);
  }

  #ask<T>(...[method, path, options]: Parameters<typeof request>): Promise<T> {
    return this.#byLink<T>(method, path, { session: "link", ...options });
  }
}
