/**
 * One visit to a room, from the invitation to the end: which screen is due, and the
 * parts that outlive a screen (our media, the call's wire).
 */
import type { LinkExchange, RoomDoor, RoomEntry } from "../../api/types";
import type { Browser } from "../../rtc/browser";
import { LocalMedia } from "../../rtc/local";
import { type ApiError, type SessionKind, type request, asApiError } from "../../shared/api";
import { isFinal } from "../../shared/following";
import type { Channel } from "../../shared/socket";
import { Store } from "../../shared/store";
import { askingByLink } from "../linkSession";
import { CallLink, type Outcome } from "./callLink";
import { exposeStats, mark } from "./marks";
import { forgetInside, insideOf, rememberInside, rememberedChoice } from "./memory";
import type { CallProtocol } from "./protocol";

export type Invitation = { by: "link"; token: string } | { by: "account"; bookingId: string };

export type Phase = "entering" | "early" | "refused" | "check" | "inside" | "over";

type Known = "opens_at" | "starts_at" | "timezone" | "role" | "peer_name";

/** What the page says of a room that is not open yet. */
export type Door = Pick<RoomDoor, Known> & {
  peer_name_en?: string | null;
  /** Of a request: by when it is answered. */
  approve_until?: string | null;
};

export interface SessionState {
  phase: Phase;
  /** Before the room opens: when it does. */
  door: Door | null;
  error: ApiError | null;
  entry: RoomEntry | null;
  /** The call's wire, while inside and after it. */
  link: CallLink | null;
  joining: boolean;
}

export interface SessionTools {
  ask: typeof request;
  browser: Browser;
  /** Begins to connect; returns how to give it up. */
  connectAhead: () => () => void;
  channel: (auth: () => object) => Channel<CallProtocol>;
  tabId: () => string;
  /** The page's address: what a reload comes back to. */
  place: string;
}

/** Errors that go by themselves: a reload after them still comes back inside. */
const PASSING = new Set(["network_failed", "timeout", "unavailable", "contended", "bus_timeout"]);

export class RoomSession {
  readonly state = new Store<SessionState>({
    phase: "entering",
    door: null,
    error: null,
    entry: null,
    link: null,
    joining: false,
  });
  readonly local: LocalMedia;
  readonly kind: SessionKind;
  /** Asks the server as this visit's person. */
  readonly ask: typeof request;
  readonly #invitation: Invitation;
  readonly #tools: SessionTools;
  #bookingId: string | undefined;
  #opened: Promise<void> | undefined;
  #starting: Promise<void> | undefined;

  constructor(invitation: Invitation, tools: SessionTools) {
    this.#invitation = invitation;
    this.#tools = tools;
    this.kind = invitation.by;
    this.ask =
      invitation.by === "link" ? askingByLink(tools.ask, () => this.#invited()) : tools.ask;
    this.local = new LocalMedia(tools.browser, rememberedChoice(tools.place));
  }

  /** From the beginning: may be called again after a refusal, or when it opens. */
  start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<void> {
    const inside = insideOf(this.#tools.place);
    this.state.update({ phase: "entering", error: null });
    if (inside !== null) return this.#comeBack(inside);
    try {
      const door = await this.#door();
      if (!door.open) return this.state.update({ phase: "early", door });
      this.state.update({ entry: await this.#enter(), phase: "check" });
    } catch (error) {
      this.#refuse(asApiError(error));
    }
  }

  /** After a reload: the camera opens while the server is asked, both take their time. */
  #comeBack(bookingId: string): Promise<void> {
    this.openDevices();
    this.#bookingId ??= bookingId || undefined;
    return this.#enterAndGoInside();
  }

  openDevices(): void {
    this.#opened ??= this.local.open();
  }

  /** Asks for camera and microphone again, after the person changed a permission. */
  async retryDevices(): Promise<void> {
    this.#opened = this.local.open();
    await this.#opened;
  }

  /** The device check is over: go in, with a grant that is fresh. */
  async join(): Promise<void> {
    if (this.state.get().joining) return;
    mark("joinPressed");
    this.state.update({ joining: true, error: null });
    await this.#enterAndGoInside();
    this.state.update({ joining: false });
  }

  async #enterAndGoInside(): Promise<void> {
    const giveUp = this.#tools.connectAhead();
    try {
      const entry = await this.#enter();
      this.state.update({ entry });
      await this.#goInside(entry);
    } catch (error) {
      giveUp();
      this.#refuse(asApiError(error));
    }
  }

  /** Takes the call back from another tab, without the device check. */
  takeBack(): void {
    this.#rememberInside();
    location.reload();
  }

  /** Of a request that is not answered yet: asks again, shows what came of it; whether it is still awaited. */
  look = async (): Promise<boolean> => {
    try {
      const door = await this.#door();
      if (this.state.get().phase !== "early") return false;
      if (door.open) void this.start();
      else this.state.update({ door });
      return Boolean(door.approve_until) && !door.open;
    } catch (error) {
      const problem = asApiError(error);
      if (isFinal(problem) && this.state.get().phase === "early") this.#refuse(problem);
      throw problem;
    }
  };

  /** Asked first, because coming early is no error. */
  async #door(): Promise<RoomDoor> {
    const path = `/rooms/door/${await this.#booking()}`;
    return this.ask<RoomDoor>("GET", path, { session: this.kind });
  }

  async #enter(): Promise<RoomEntry> {
    const body = { booking_id: await this.#booking(), tab_id: this.#tools.tabId() };
    return this.ask<RoomEntry>("POST", "/rooms/enter", { session: this.kind, body });
  }

  async #booking(): Promise<string> {
    this.#bookingId ??= await this.#invited();
    return this.#bookingId;
  }

  async #invited(): Promise<string> {
    if (this.#invitation.by === "account") return this.#invitation.bookingId;
    const body = { token: this.#invitation.token };
    const { scope } = await this.#tools.ask<LinkExchange>("POST", "/links/exchange", { body });
    return scope["booking_id"] ?? "";
  }

  async #goInside(entry: RoomEntry): Promise<void> {
    const { browser, channel, tabId } = this.#tools;
    const link = new CallLink(entry, {
      browser,
      local: this.local,
      channel,
      tabId: tabId(),
      renew: () => this.#enter(),
    });
    exposeStats(link.stats);
    this.#rememberInside();
    this.local.state.subscribe(() => {
      if (this.state.get().phase === "inside") this.#rememberInside();
    });
    link.state.subscribe(() => this.#linkChanged(link.state.get().outcome));
    this.state.update({ link, phase: "inside" });
    await Promise.resolve();
    link.start();
  }

  #rememberInside(): void {
    rememberInside(this.#tools.place, this.#bookingId ?? "", this.local.choice());
  }

  #linkChanged(outcome: Outcome | null): void {
    if (!outcome || this.state.get().phase !== "inside") return;
    this.local.close();
    this.#opened = undefined;
    if (outcome.kind === "refused") return this.#refuse(outcome.error);
    forgetInside();
    this.state.update({ phase: "over" });
  }

  #refuse(error: ApiError): void {
    if (!PASSING.has(error.code)) forgetInside();
    this.state.update({ error, phase: "refused" });
  }
}
