/**
 * A booking from the link to the confirmation: which step, what was chosen, what the
 * server said. Nothing typed or chosen is lost by an error.
 *
 * Drawing is in the components; addresses and history are in BookingPage.
 */
import type { Alternative, Booking, Hold, Slot, Therapist, Therapists } from "../api/types";
import { type ApiError, type request, asApiError } from "../shared/api";
import { Attempt } from "../shared/attempt";
import { monthOf } from "../shared/month/month";
import { Store } from "../shared/store";
import { Answers } from "./answers";
import { bookingBody, ofKind } from "./asked";
import type { Asker } from "./asker";
import { type Details, checkDetails, problemsFrom, tidy } from "./form";
import { type Free, lookUp } from "./lookup";
import { Series, type SeriesMade } from "./series";
import { type BookingState, type LeftOff, atFirst, isPicked, kindOf, therapistOf } from "./state";

export interface FlowTools {
  /** The server's time, ms since the epoch. */
  now: () => number;
  zone: string;
  language: () => string;
}

/** How many of those who are free one tries when it does not matter with whom. */
const TRIES = 3;
const TIME_GONE = new Set(["slot_taken", "slot_not_offered", "therapist_full", "client_busy"]);

export class BookingFlow {
  readonly state: Store<BookingState>;
  readonly series: Series;
  readonly answers: Answers;
  readonly #tools: FlowTools;
  readonly #asker: Asker;
  readonly #attempt = new Attempt();
  #asking = 0;

  constructor(asker: Asker, tools: FlowTools) {
    this.#asker = asker;
    this.#tools = tools;
    this.state = new Store(atFirst(tools.zone, tools.now(), asker.known));
    this.answers = new Answers(this.state, asker.ask);
    this.series = new Series(this.state, {
      ask: asker.ask,
      body: () => this.#bookingBody(),
      keyFor: (body) => this.#attempt.keyFor(body),
    });
  }

  /** For what else is asked for beside a booking (Waiting.tsx). */
  get asker(): Asker {
    return this.#asker;
  }

  get therapist(): Therapist | undefined {
    return this.therapistOf(this.state.get().therapistId);
  }

  therapistOf(id: string | null): Therapist | undefined {
    return therapistOf(this.state.get(), id);
  }

  async start(left?: LeftOff): Promise<void> {
    if (left?.step === "done") return; // a session begun anew could not ask what comes of a request
    this.state.update({ busy: "therapists", fatal: null, problem: null });
    if (left) this.state.update({ zone: left.zone, known: left.known || this.#asker.known });
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
  async takeUp(left: LeftOff): Promise<void> {
    const { step, therapistId, picked, hold, details } = left;
    if (step !== "times" && step !== "details") return;
    const { by, kindId = null, language = null, repeat = null, moved = [] } = left;
    const chosen = { by, kindId, language, repeat };
    const known = this.therapistOf(therapistId);
    if (left.by !== "time" && !known) {
      this.state.update({ therapistId: null });
    } else if (step === "times" || !picked || !known) {
      this.state.update({ ...chosen, therapistId: left.by === "time" ? null : therapistId });
      await this.#showTimes(left.month);
    } else {
      const kept = this.#isKept(hold) ? hold : null;
      this.editDetails(details);
      const month = monthOf(picked.starts_at, this.state.get().zone);
      this.state.update({ ...chosen, ...this.#picked(picked, therapistId), month });
      this.state.update({ hold: kept, holdOver: !kept, moved });
    }
  }

  /** Shows a finished booking again, after a reload of the confirmation. */
  showDone(done: { booking: Booking } | { series: SeriesMade }, email: string): void {
    this.editDetails({ email });
    this.state.update({ ...done, step: "done", busy: "" });
  }

  /** After the dates of a series could not be looked at. */
  async lookAgain(): Promise<void> {
    this.state.update({ problem: null });
    await this.series.look();
  }

  async chooseZone(zone: string): Promise<void> {
    this.state.update({ zone });
    if (this.state.get().step === "times") await this.showMonth(this.state.get().month);
  }

  async chooseTherapist(therapistId: string): Promise<void> {
    this.state.update({ by: "therapist", therapistId, kindId: null });
    this.state.update({ kindId: kindOf(this.state.get())?.session_type_id ?? null });
    await this.#showTimes();
  }

  /** Whoever is free: a therapist is chosen with the time. */
  async chooseByTime(): Promise<void> {
    this.state.update({ by: "time", therapistId: null, kindId: null });
    await this.#showTimes();
  }

  async chooseKind(kindId: string | null): Promise<void> {
    this.state.update({ kindId });
    await this.showMonth(this.state.get().month);
  }

  async chooseLanguage(language: string | null): Promise<void> {
    this.state.update({ language });
    await this.showMonth(this.state.get().month);
  }

  /** Not before the present one. */
  async showMonth(month: string): Promise<void> {
    const present = monthOf(this.#tools.now(), this.state.get().zone);
    this.state.update({ month: month < present ? present : month, free: [], problem: null });
    await this.#loadTimes();
  }

  async reloadSlots(): Promise<void> {
    this.state.update({ problem: null });
    await this.#loadTimes();
  }

  /** Keeps a time for five minutes and goes on to the details; another one that was kept is free again. */
  async pick(
    start: { starts_at: string },
    therapistId = this.state.get().therapistId,
  ): Promise<void> {
    if (therapistId !== null) await this.#pickOne(start.starts_at, [therapistId]);
  }

  /** With whom does not matter: who has most room is asked first. */
  async pickAny({ starts_at, therapist_ids }: Free): Promise<void> {
    await this.#pickOne(starts_at, therapist_ids.slice(0, TRIES));
  }

  /** After Back and Forward: the same time, therapist and kind of session. */
  async pickAgain({ picked, therapistId, kindId }: LeftOff): Promise<void> {
    if (!picked || therapistId === null) return;
    this.state.update({ therapistId, kindId });
    await this.pick(picked, therapistId);
  }

  async #pickOne(startsAt: string, therapistIds: readonly string[]): Promise<void> {
    if (this.state.get().busy === "hold") return;
    this.state.update({ busy: "hold", problem: null });
    for (const [at, therapistId] of therapistIds.entries()) {
      try {
        await this.#keep(startsAt, therapistId);
        return;
      } catch (error) {
        const problem = asApiError(error);
        const isLast = at === therapistIds.length - 1;
        if (isLast || !TIME_GONE.has(problem.code)) return this.#timeFailed(problem, startsAt);
      }
    }
  }

  async #keep(startsAt: string, therapistId: string): Promise<void> {
    const state = this.state.get();
    const kindId = therapistId === state.therapistId ? state.kindId : null;
    const body = { therapist_id: therapistId, starts_at: startsAt, ...ofKind(kindId) };
    const hold = await this.#ask<Hold>("POST", "/booking/holds", { body });
    const slot = { starts_at: hold.starts_at, ends_at: hold.ends_at };
    this.state.update({ ...this.#picked(slot, therapistId), kindId, hold, busy: "" });
  }

  holdExpired(): void {
    const { step, booking } = this.state.get();
    if (step === "details" && !booking) this.state.update({ holdOver: true, hold: null });
  }

  /** One step back; a time that was kept is free for others again. */
  async back(): Promise<void> {
    const { step } = this.state.get();
    if (step === "times") {
      this.state.update({ step: "therapists", by: "therapist", problem: null, alternatives: [] });
      await this.#loadTherapists().catch(() => undefined);
    }
    if (step !== "details") return;
    this.#giveBackHold();
    this.state.update({ step: "times", problem: null, holdOver: false });
    if (this.state.get().by === "time") this.state.update({ therapistId: null, kindId: null });
    await this.#loadTimes();
  }

  editDetails(change: Partial<Details>): void {
    const { details, fieldProblems } = this.state.get();
    const problems = { ...fieldProblems };
    for (const name of Object.keys(change)) delete problems[name as keyof Details];
    this.state.update({ details: { ...details, ...change }, fieldProblems: problems });
  }

  /** Books once, however often it is pressed: one key per content. */
  async confirm(): Promise<void> {
    const { details, picked, busy, repeat, known } = this.state.get();
    const fieldProblems = known ? {} : checkDetails(details);
    this.state.update({ fieldProblems });
    if (Object.keys(fieldProblems).length > 0 || !picked || busy === "booking") return;
    try {
      if (repeat) return await this.series.book(repeat);
      this.state.update({ busy: "booking", problem: null });
      const body = this.#bookingBody();
      const idempotencyKey = this.#attempt.keyFor(JSON.stringify(body));
      const booking = await this.#ask<Booking>("POST", "/bookings", { body, idempotencyKey });
      this.state.update({ booking, step: "done", busy: "", hold: null, details: tidy(details) });
    } catch (error) {
      this.#bookingFailed(asApiError(error), picked);
    }
  }

  #isKept(hold: Hold | null | undefined): boolean {
    return Boolean(hold && Date.parse(hold.expires_at) > this.#tools.now());
  }

  #bookingBody(): Record<string, unknown> {
    return bookingBody(this.state.get(), this.#tools.language());
  }

  #picked(slot: Slot, therapistId: string | null): Partial<BookingState> {
    return {
      step: "details",
      picked: slot,
      therapistId,
      problem: null,
      alternatives: [],
      holdOver: false,
      outlook: null,
      moved: isPicked(this.state.get(), slot, therapistId) ? this.state.get().moved : [],
    };
  }

  #bookingFailed(error: ApiError, picked: Slot): void {
    if (error.code === "hold_expired") {
      this.state.update({ busy: "", holdOver: true, hold: null });
    } else if (TIME_GONE.has(error.code) && this.state.get().repeat) {
      this.state.update({ busy: "", problem: error });
      void this.series.look(); // one of its dates went: which, stands in the list
    } else if (TIME_GONE.has(error.code)) {
      this.#timeFailed(error, picked.starts_at);
    } else {
      const fieldProblems = problemsFrom(error.extra);
      this.state.update({ busy: "", problem: error, fieldProblems });
    }
  }

  /** The time cannot be had: other times are offered where the person is. */
  #timeFailed(error: ApiError, startsAt: string): void {
    const given = error.extra["alternatives"];
    const alternatives = Array.isArray(given) ? (given as Alternative[]) : [];
    const gone = TIME_GONE.has(error.code);
    const { free, hold, holdOver } = this.state.get();
    this.state.update({
      busy: "",
      problem: error,
      alternatives,
      hold: gone ? null : hold,
      holdOver: gone ? false : holdOver,
      free: gone ? free.filter((each) => each.starts_at !== startsAt) : free,
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
    const [own, ...covers] = offer.therapists;
    const { step, therapistId } = this.state.get();
    const isPlain = offer.own_therapist && covers.length === 0;
    const fresh = step === "therapists" && therapistId === null;
    if (isPlain && own && fresh) await this.chooseTherapist(own.therapist_id);
  }

  /** Without a month: the first in which something is free. */
  async #showTimes(month?: string): Promise<void> {
    this.state.update({ step: "times", alternatives: [] });
    await this.showMonth(month ?? this.#firstMonth());
  }

  async #loadTimes(): Promise<void> {
    const turn = ++this.#asking;
    this.state.update({ busy: "slots", slotsFailed: false });
    try {
      const { free, nextFreeAt } = await lookUp(this.#asker.ask, this.state.get());
      if (turn === this.#asking) this.state.update({ free, nextFreeAt, busy: "" });
    } catch (error) {
      const problem = asApiError(error);
      if (turn === this.#asking) this.state.update({ problem, slotsFailed: true, busy: "" });
    }
  }

  #firstMonth(): string {
    const { offer, zone, by } = this.state.get();
    const those = by === "time" ? (offer?.therapists ?? []) : [this.therapist];
    const next = those.flatMap((each) => each?.next_free_at ?? []).sort();
    return monthOf(next[0] ?? this.#tools.now(), zone);
  }

  async #greet(): Promise<void> {
    const name = await this.#asker.greet();
    if (!name) return;
    this.state.update({ known: true });
    if (!this.state.get().details.name) this.editDetails({ name });
  }

  #ask<T>(...[method, path, options]: Parameters<typeof request>): Promise<T> {
    return this.#asker.ask<T>(method, path, options);
  }
}
