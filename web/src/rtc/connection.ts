/**
 * One call's media connection: answers the relay's numbered offers in order,
 * sends our microphone and camera, hands out each participant's stream.
 *
 * How offers and answers travel is not here (join/room), nor which devices are
 * open (local.ts).
 */
import type { Browser } from "./browser";
import {
  CAMERA_MID,
  MICROPHONE_MID,
  type Applied,
  type Offer,
  midsByParticipant,
  offerStep,
  originOf,
} from "./offers";
import { SerialQueue } from "./queue";

export type MediaState = "new" | "connecting" | "connected" | "interrupted" | "failed" | "closed";

export interface ConnectionEvents {
  answer(offer: number, sdp: string): void;
  state(state: MediaState): void;
  /** The streams to show, by participant; the same stream object as long as its tracks are. */
  streams(streams: ReadonlyMap<string, MediaStream>): void;
  /** An offer could not be applied. */
  failed(error: unknown): void;
}

const STATES: Record<RTCPeerConnectionState, MediaState> = {
  new: "new",
  connecting: "connecting",
  connected: "connected",
  disconnected: "interrupted",
  failed: "failed",
  closed: "closed",
};

export class MediaConnection {
  readonly #queue = new SerialQueue();
  readonly #browser: Browser;
  #config: RTCConfiguration;
  readonly #events: ConnectionEvents;
  readonly #outgoing = new Map<string, MediaStreamTrack | null>([
    [MICROPHONE_MID, null],
    [CAMERA_MID, null],
  ]);
  #streams = new Map<string, MediaStream>();
  #peer: RTCPeerConnection | undefined;
  /** The peer connection has not answered anything yet. */
  #unused = false;
  #applied: Applied | undefined;

  constructor(browser: Browser, config: RTCConfiguration, events: ConnectionEvents) {
    this.#browser = browser;
    this.#config = { bundlePolicy: "max-bundle", ...config };
    this.#events = events;
  }

  /** Makes the peer connection before its first offer: that takes a browser its time. */
  prepare(): void {
    if (this.#peer) return;
    this.#replacePeer();
    this.#unused = true;
  }

  /** Applies an offer after the ones before it, or ignores it as outdated. */
  take(offer: Offer): Promise<void> {
    const work = this.#queue.add(() => this.#take(offer));
    return work.catch((error: unknown) => this.#events.failed(error));
  }

  setMicrophone(track: MediaStreamTrack | null): Promise<void> {
    return this.#setTrack(MICROPHONE_MID, track);
  }

  setCamera(track: MediaStreamTrack | null): Promise<void> {
    return this.#setTrack(CAMERA_MID, track);
  }

  /** Forgets the relay seat we had; the next offer builds a new connection. */
  startOver(): void {
    this.#applied = undefined;
  }

  stats(): Promise<RTCStatsReport | undefined> {
    return this.#peer?.getStats() ?? Promise.resolve(undefined);
  }

  close(): void {
    this.#queue.close();
    this.#peer?.close();
  }

  async #take(offer: Offer): Promise<void> {
    this.#renewServers(offer.ice_servers);
    const step = offerStep(this.#applied, offer);
    if (step === "ignore") return;
    const fits = this.#unused || step === "apply";
    if (!fits || this.#peer === undefined) this.#replacePeer();
    this.#unused = false;
    await this.#answer(offer);
  }

  /** Credentials of TURN servers last minutes: the next gathering needs the newest. */
  #renewServers(iceServers: RTCIceServer[] | undefined): void {
    if (!iceServers || JSON.stringify(iceServers) === JSON.stringify(this.#config.iceServers))
      return;
    this.#config = { ...this.#config, iceServers };
    this.#peer?.setConfiguration(this.#config);
  }

  async #answer(offer: Offer): Promise<void> {
    const peer = this.#peer as RTCPeerConnection;
    await peer.setRemoteDescription({ type: "offer", sdp: offer.sdp });
    const attached = this.#attachOutgoing(peer);
    const answer = await peer.createAnswer();
    await peer.setLocalDescription(answer);
    const origin = originOf(offer.sdp);
    this.#applied = { number: offer.number, origin };
    this.#showStreams(peer, offer);
    this.#events.answer(offer.number, peer.localDescription?.sdp ?? answer.sdp ?? "");
    await attached;
  }

  #replacePeer(): void {
    const old = this.#peer;
    const peer = this.#browser.newPeer(this.#config);
    peer.onconnectionstatechange = () => {
      if (peer === this.#peer) this.#events.state(STATES[peer.connectionState]);
    };
    this.#peer = peer;
    this.#streams = new Map();
    old?.close();
  }

  /** Directions stand at once, for the answer; no answer needs to wait for the tracks. */
  #attachOutgoing(peer: RTCPeerConnection): Promise<unknown> {
    const attaching: Promise<void>[] = [];
    for (const transceiver of peer.getTransceivers()) {
      const track = this.#outgoing.get(transceiver.mid ?? "");
      if (track === undefined) continue;
      transceiver.direction = "sendonly";
      attaching.push(transceiver.sender.replaceTrack(track));
    }
    return Promise.all(attaching);
  }

  async #setTrack(mid: string, track: MediaStreamTrack | null): Promise<void> {
    this.#outgoing.set(mid, track);
    await this.#queue.add(async () => {
      const transceiver = this.#peer?.getTransceivers().find((each) => each.mid === mid);
      await transceiver?.sender.replaceTrack(this.#outgoing.get(mid) ?? null);
    });
  }

  #showStreams(peer: RTCPeerConnection, offer: Offer): void {
    const streams = new Map<string, MediaStream>();
    for (const [participant, mids] of midsByParticipant(offer.tracks)) {
      const tracks = tracksOf(peer, mids);
      const known = this.#streams.get(participant);
      const same = known !== undefined && sameTracks(known.getTracks(), tracks);
      streams.set(participant, same ? known : this.#browser.newStream(tracks));
    }
    this.#streams = streams;
    this.#events.streams(streams);
  }
}

function tracksOf(peer: RTCPeerConnection, mids: string[]): MediaStreamTrack[] {
  return peer
    .getTransceivers()
    .filter((transceiver) => mids.includes(transceiver.mid ?? ""))
    .map((transceiver) => transceiver.receiver.track);
}

function sameTracks(a: MediaStreamTrack[], b: MediaStreamTrack[]): boolean {
  return a.length === b.length && a.every((track) => b.includes(track));
}
