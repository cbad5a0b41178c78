/**
 * The wire of one call: the /call channel, the media connection over it, and what
 * both say, as one watchable state. Comes back by itself after a lost network.
 *
 * Entering and leaving the page are session.ts's.
 */
import type { RoomEntry } from "../../api/types";
import type { Browser } from "../../rtc/browser";
import { MediaConnection, type MediaState } from "../../rtc/connection";
import type { LocalMedia } from "../../rtc/local";
import type { Freezes } from "../../rtc/freezes";
import type { EndReport } from "../../rtc/report";
import { ApiError, asApiError } from "../../shared/api";
import type { Channel } from "../../shared/socket";
import { Store } from "../../shared/store";
import { mark } from "./marks";
import type {
  CallProtocol,
  DeviceThere,
  OneWayFault,
  Rates,
  Rating,
  RepairStep,
  Snapshot,
} from "./protocol";

export type Outcome =
  | { kind: "ended"; reason: string; by: string | null }
  | { kind: "left" } // we went before the call had begun: the session goes on without us
  | { kind: "replaced" }
  | { kind: "refused"; error: ApiError };

export interface LinkState {
  online: "connecting" | "up" | "down";
  snapshot: Snapshot | null;
  media: MediaState;
  remote: MediaStream | null;
  /** Why there is no seat for us just now; it is asked for again and again. */
  trouble: ApiError | null;
  outcome: Outcome | null;
  /** What we see or show in vain at the moment, as the relay says. */
  oneWay: readonly OneWayFault[];
  /** Null until the relay has said so. */
  rating: Rating | null;
  devices: readonly DeviceThere[];
}

export interface LinkTools {
  browser: Browser;
  local: LocalMedia;
  /** A channel that shows the newest grant at each connection. */
  channel: (auth: () => object) => Channel<CallProtocol>;
  tabId: string;
  /** Enters again when a grant is too old. */
  renew: () => Promise<RoomEntry>;
}

/** States in which the server would give us a seat. */
const MAY_SIT = new Set(["admitted", "joining", "connected", "away"]);
const RENEWABLE = new Set(["grant_expired", "grant_refused", "relay_room_outdated"]);
/** Said elsewhere: the connection is away. */
const PASSING = new Set(["network_failed", "timeout"]);
const INTERRUPTED_PATIENCE_MS = 2_500;
const RETRY_MS = 1_500;
const ONE_WAY_FORGOTTEN_MS = 15_000; // the relay repeats itself every five seconds

/** As the server decides: who hangs up ends a call, but not a session that has not begun. */
function goodbye(snapshot: Snapshot | null): Outcome {
  if (snapshot?.room.call_since === null) return { kind: "left" };
  return { kind: "ended", reason: "hung_up", by: snapshot?.me.role ?? null };
}

export class CallLink {
  readonly state: Store<LinkState>;
  readonly #tools: LinkTools;
  readonly #channel: Channel<CallProtocol>;
  readonly #media: MediaConnection;
  readonly #undo: (() => void)[] = [];
  #grant: string;
  #renewed = 0;
  #seat: "none" | "asking" | "taken" = "none";
  #sentMedia = "";
  #patience: ReturnType<typeof setTimeout> | undefined;
  #forget: ReturnType<typeof setTimeout> | undefined;

  constructor(entry: RoomEntry, tools: LinkTools) {
    this.#tools = tools;
    this.#grant = entry.grant;
    this.state = new Store<LinkState>({
      online: "connecting",
      snapshot: null,
      media: "new",
      remote: null,
      trouble: null,
      outcome: null,
      oneWay: [],
      rating: null,
      devices: [],
    });
    this.#media = new MediaConnection(
      tools.browser,
      { iceServers: entry.ice_servers },
      {
        answer: (offer, sdp) => void this.#answer(offer, sdp),
        state: (media) => this.#mediaChanged(media),
        streams: (streams) => this.state.update({ remote: [...streams.values()][0] ?? null }),
        failed: () => void this.#sitAgain(),
      },
    );
    this.#channel = tools.channel(() => ({ grant: this.#grant, tab_id: tools.tabId }));
  }

  start(): void {
    const channel = this.#channel;
    this.#undo.push(
      channel.on("state", (snapshot) => this.#take(snapshot)),
      channel.on("admitted", ({ grant }) => this.#admitted(grant)),
      channel.on("offer", (offer) => void this.#media.take(offer)),
      channel.on("one_way", ({ faults }) => this.#oneWay(faults)),
      channel.on("rating", (rating) => this.state.update({ rating })),
      channel.on("devices", ({ devices }) => this.state.update({ devices })),
      channel.on("repair", ({ step }) => this.#mend(step)),
      channel.on("replaced", () => this.#finish({ kind: "replaced" })),
      channel.on("ended", ({ reason, by }) => this.#finish({ kind: "ended", reason, by })),
      channel.onUp(() => void this.#up()),
      channel.onDown(() => this.state.update({ online: "down" })),
      channel.onRefused((error) => void this.#refused(error)),
      this.#tools.local.state.subscribe(() => this.#localChanged()),
    );
    const backOnline = () => void this.#resync(true);
    addEventListener("online", backOnline);
    this.#undo.push(() => removeEventListener("online", backOnline));
    this.#localChanged();
    channel.open();
    this.#media.prepare();
  }

  async admit(): Promise<void> {
    const peer = this.state.get().snapshot?.peer;
    if (peer) await this.#channel.ask("admit", { participant_id: peer.participant_id });
  }

  /** Says goodbye; the server ends the call for both, or at least lets us go. */
  async leave(): Promise<void> {
    const { snapshot } = this.state.get();
    try {
      await this.#channel.ask("leave", {});
    } finally {
      this.#finish(goodbye(snapshot));
    }
  }

  /** What this end measures, with what is switched on in it. */
  report(end: EndReport & Partial<Freezes>, rates?: Rates): void {
    const report = { ...end, ...rates, ...this.#sending() };
    void this.#channel.ask("quality", report).catch(() => undefined);
  }

  /** Nothing comes on this way any more: ask for another one. */
  restart(): void {
    if (this.#seat === "taken") void this.#resync(true);
  }

  stats = (): Promise<RTCStatsReport | undefined> => this.#media.stats();

  close(): void {
    clearTimeout(this.#patience);
    clearTimeout(this.#forget);
    for (const undo of this.#undo.splice(0)) undo();
    this.#channel.close();
    this.#media.close();
  }

  async #up(): Promise<void> {
    this.state.update({ online: "up", devices: [] }); // told anew if there are any
    this.#renewed = 0;
    this.#sentMedia = "";
    this.#tellMedia();
    // Another socket often means another network: an ICE restart costs nothing that flows.
    if (this.#seat === "taken") await this.#resync(true);
  }

  #take(snapshot: Snapshot): void {
    const known = this.state.get().snapshot?.revision ?? -1;
    if (snapshot.revision < known) return;
    this.state.update({ snapshot });
    if (MAY_SIT.has(snapshot.me.state) && this.#seat === "none") void this.#sit();
  }

  #admitted(grant: string): void {
    this.#grant = grant;
    mark("admitted");
    if (this.#seat === "none") void this.#sit();
  }

  /** `tcp`: over TCP alone, because UDP has been seen not to get through. */
  async #sit(tcp = false): Promise<void> {
    if (this.#seat === "asking") return;
    this.#seat = "asking";
    const wish = { grant: this.#grant, ...(tcp ? { tcp } : {}) };
    try {
      const { offer } = await this.#channel.ask("join", wish);
      this.#seat = "taken";
      this.state.update({ trouble: null });
      if (offer) await this.#media.take(offer);
    } catch (error) {
      this.#seat = "none";
      this.#sitFailed(asApiError(error));
    }
  }

  /** Gives up the seat whose media is lost and asks for another one. */
  async #sitAgain(tcp = false): Promise<void> {
    if (this.#seat !== "taken" || this.state.get().outcome) return;
    this.#seat = "none";
    this.#media.startOver();
    await this.#sit(tcp);
  }

  #sitFailed(error: ApiError): void {
    if (this.state.get().outcome || error.code === "not_admitted") return;
    if (RENEWABLE.has(error.code)) return void this.#refused(error);
    // Anything else may pass: the network is away, no relay is free yet.
    if (!PASSING.has(error.code)) this.state.update({ trouble: error });
    this.#later(RETRY_MS, () => this.#seat === "none" && this.#sit());
  }

  /** `restart`: the way to the relay may be another one now (ICE restart). */
  async #resync(restart = false): Promise<void> {
    if (!this.#channel.connected) return;
    try {
      const { state, offer } = await this.#channel.ask("resync", restart ? { restart } : {});
      if (state) this.#take(state);
      if (offer) await this.#media.take(offer);
      else await this.#sitAgain(); // the relay no longer knows our seat
    } catch {
      this.#later(RETRY_MS, () => this.#resync(restart));
    }
  }

  async #answer(offer: number, sdp: string): Promise<void> {
    try {
      await this.#channel.ask("answer", { offer, sdp });
    } catch (error) {
      // An outdated answer is no loss; after a lost one the current offer is asked for.
      if (asApiError(error).code !== "offer_outdated")
        this.#later(RETRY_MS, () => this.#sitAgain());
    }
  }

  #mediaChanged(media: MediaState): void {
    this.state.update({ media });
    clearTimeout(this.#patience);
    if (media === "interrupted") void this.#repair();
    if (media === "failed") void this.#sitAgain();
  }

  /** An ICE restart may mend it; if it does not, another seat will. */
  async #repair(): Promise<void> {
    await this.#resync(true);
    if (this.state.get().media !== "interrupted") return;
    this.#later(INTERRUPTED_PATIENCE_MS, () => this.#sitAgain());
  }

  /** The relay has found that media flows one way only, and that our end is to be mended. */
  #mend(step: RepairStep): void {
    if (this.#seat !== "taken") return; // another one is on its way
    void (step === "ice_restart" ? this.#resync(true) : this.#sitAgain(step === "tcp"));
  }

  /** Told again and again while it lasts; without that it is over, or the relay is another one. */
  #oneWay(faults: readonly OneWayFault[]): void {
    clearTimeout(this.#forget);
    this.state.update({ oneWay: faults });
    if (faults.length > 0) {
      this.#forget = setTimeout(() => this.state.update({ oneWay: [] }), ONE_WAY_FORGOTTEN_MS);
    }
  }

  #later(ms: number, work: () => unknown): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => void work(), ms);
  }

  async #refused(error: ApiError): Promise<void> {
    if (error.code === "tab_replaced") return this.#finish({ kind: "replaced" });
    if (error.code === "room_ended") {
      const { reason, by } = error.extra as { reason?: string; by?: string };
      return this.#finish({ kind: "ended", reason: reason ?? "", by: by ?? null });
    }
    if (!RENEWABLE.has(error.code) || this.#renewed >= 2) {
      return this.#finish({ kind: "refused", error });
    }
    this.#renewed += 1;
    await this.#renew();
  }

  async #renew(): Promise<void> {
    try {
      this.#grant = (await this.#tools.renew()).grant;
      this.#channel.close();
      this.#channel.open();
    } catch (error) {
      this.#finish({ kind: "refused", error: asApiError(error) });
    }
  }

  #localChanged(): void {
    const { camera, microphone } = this.#tools.local.state.get();
    void this.#media.setMicrophone(microphone);
    void this.#media.setCamera(camera);
    this.#tellMedia();
  }

  #sending(): { microphone: boolean; camera: boolean } {
    const { camera, microphone, microphoneOn } = this.#tools.local.state.get();
    return { microphone: microphone !== null && microphoneOn, camera: camera !== null };
  }

  #tellMedia(): void {
    const media = this.#sending();
    const text = JSON.stringify(media);
    if (!this.#channel.connected || text === this.#sentMedia) return;
    this.#sentMedia = text;
    this.#channel.ask("media", media).catch(() => {
      this.#sentMedia = "";
    });
  }

  #finish(outcome: Outcome): void {
    if (this.state.get().outcome) return;
    this.state.update({ outcome });
    this.close();
  }
}
