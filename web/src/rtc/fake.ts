/** A browser without media for tests: devices that can fail, a peer that records. */
import type { Browser } from "./browser";

export class FakeTrack {
  enabled = true;
  readyState = "live";
  onended: (() => void) | null = null;
  constructor(
    readonly kind: string,
    readonly deviceId: string,
  ) {}
  stop(): void {
    this.readyState = "ended";
  }
  unplug(): void {
    this.readyState = "ended";
    this.onended?.();
  }
}

class FakeStream {
  constructor(readonly tracks: FakeTrack[]) {}
  getTracks = () => this.tracks;
  getVideoTracks = () => this.tracks.filter((track) => track.kind === "video");
  getAudioTracks = () => this.tracks.filter((track) => track.kind === "audio");
}

export class FakeTransceiver {
  direction = "recvonly";
  sent: (FakeTrack | null)[] = [];
  readonly receiver: { track: FakeTrack };
  readonly sender = {
    replaceTrack: (track: FakeTrack | null) => {
      this.sent.push(track);
      return Promise.resolve();
    },
  };
  constructor(readonly mid: string) {
    this.receiver = { track: new FakeTrack("remote", mid) };
  }
}

export class FakePeer {
  connectionState = "new";
  onconnectionstatechange: (() => void) | null = null;
  localDescription: { sdp: string } | null = null;
  readonly transceivers: FakeTransceiver[] = [];
  readonly steps: string[] = [];
  readonly configs: RTCConfiguration[] = [];
  closed = false;

  /** The fake SDP lists its mids: "o=- SESSION 1 ...\na=mid:0\n...". */
  async setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    await Promise.resolve();
    if (sdp.includes("broken")) throw new Error("cannot parse");
    for (const [, mid = ""] of sdp.matchAll(/a=mid:(\S+)/g)) {
      if (!this.transceivers.some((known) => known.mid === mid)) {
        this.transceivers.push(new FakeTransceiver(mid));
      }
    }
    this.steps.push("remote");
  }
  async createAnswer(): Promise<{ type: string; sdp: string }> {
    await Promise.resolve();
    return { type: "answer", sdp: "answer" };
  }
  setLocalDescription(answer: { sdp: string }): Promise<void> {
    this.localDescription = answer;
    this.steps.push("local");
    return Promise.resolve();
  }
  setConfiguration(config: RTCConfiguration): void {
    this.configs.push(config);
  }
  getTransceivers = () => this.transceivers;
  getStats = () => Promise.resolve(new Map());
  close(): void {
    this.closed = true;
  }
  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

type Kind = "audio" | "video";

export class FakeBrowser {
  readonly peers: FakePeer[] = [];
  readonly opened: FakeTrack[] = [];
  /** What opening this kind throws, by DOMException name. */
  failures: Partial<Record<Kind, string>> = {};
  /** Devices that were unplugged. */
  readonly gone = new Set<string>();
  #deviceChange: (() => void)[] = [];

  get browser(): Browser {
    return this as unknown as Browser;
  }

  newPeer(config: RTCConfiguration): FakePeer {
    const peer = new FakePeer();
    peer.configs.push(config);
    this.peers.push(peer);
    return peer;
  }

  async openMedia(constraints: MediaStreamConstraints): Promise<FakeStream> {
    await Promise.resolve();
    const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind]);
    for (const kind of kinds) {
      const name = this.failures[kind];
      if (name) throw new DOMException("no", name);
      if (this.gone.has(wantedDevice(constraints[kind]))) {
        throw new DOMException("no", "OverconstrainedError");
      }
    }
    const tracks = kinds.map((kind) => new FakeTrack(kind, wantedDevice(constraints[kind])));
    this.opened.push(...tracks);
    return new FakeStream(tracks);
  }

  listDevices = () => Promise.resolve([] as MediaDeviceInfo[]);
  newStream = (tracks: FakeTrack[]) => new FakeStream(tracks);
  onDeviceChange(listener: () => void): () => void {
    this.#deviceChange.push(listener);
    return () => undefined;
  }
  plugIn(): void {
    for (const listener of this.#deviceChange) listener();
  }
}

function wantedDevice(constraint: boolean | MediaTrackConstraints | undefined): string {
  const id = typeof constraint === "object" ? constraint.deviceId : undefined;
  const exact = typeof id === "object" && "exact" in id ? id.exact : undefined;
  return typeof exact === "string" ? exact : "default";
}
