import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RoomEntry } from "../../api/types";
import { FakeBrowser } from "../../rtc/fake";
import { LocalMedia } from "../../rtc/local";
import type { Offer } from "../../rtc/offers";
import { readEnd } from "../../rtc/report";
import { ApiError } from "../../shared/api";
import type { Channel } from "../../shared/socket";
import { CallLink } from "./callLink";
import type { CallProtocol, ParticipantState, Rates, Snapshot } from "./protocol";

type Listener = (payload: unknown) => void;

class FakeChannel {
  connected = false;
  auth: () => object = () => ({});
  readonly asked: [string, Record<string, unknown>][] = [];
  readonly answers: Record<string, () => object> = {};
  readonly #listeners = new Map<string, Listener>();

  open = () => undefined;
  close = () => {
    this.connected = false;
  };
  on = (event: string, listener: Listener) => this.#keep(event, listener);
  onUp = (listener: () => void) => this.#keep("up", listener);
  onDown = (listener: Listener) => this.#keep("down", listener);
  onRefused = (listener: Listener) => this.#keep("refused", listener);

  ask = async (event: string, payload: Record<string, unknown>) => {
    await Promise.resolve();
    this.asked.push([event, payload]);
    return this.answers[event]?.() ?? {};
  };

  up(): void {
    this.connected = true;
    this.hear("up");
  }

  hear(event: string, payload: unknown = {}): void {
    this.#listeners.get(event)?.(payload);
  }

  count(event: string): number {
    return this.asked.filter(([name]) => name === event).length;
  }

  sent(event: string): object[] {
    return this.asked.filter(([name]) => name === event).map(([, payload]) => payload);
  }

  #keep(event: string, listener: Listener): () => void {
    this.#listeners.set(event, listener);
    return () => void this.#listeners.delete(event);
  }
}

function snapshot(state: ParticipantState, revision = 1): Snapshot {
  const room = { room_id: "r", state: "open", epoch: 1, call_since: null };
  return { revision, me: { participant_id: "p1", state, role: "client" }, peer: null, room };
}

function offer(number: number, session = "7"): Offer {
  return { number, sdp: `o=- ${session} 1 IN IP4 0\r\na=mid:0\r\na=mid:1\r\n`, tracks: [] };
}

const SERVERS = [{ urls: ["turn:t"], username: "1:a", credential: "one" }];

let channel: FakeChannel;
let fake: FakeBrowser;
let link: CallLink;
const renew = vi.fn(() => Promise.resolve({ grant: "fresh" } as RoomEntry));

vi.stubGlobal("window", globalThis);
const listeners: Record<string, () => void> = {};
vi.stubGlobal("addEventListener", (name: string, listener: () => void) => {
  listeners[name] = listener;
});
vi.stubGlobal("removeEventListener", vi.fn());

beforeEach(() => {
  channel = new FakeChannel();
  fake = new FakeBrowser();
  channel.answers["join"] = () => ({ offer: offer(1) });
  link = newLink();
});

function newLink(): CallLink {
  const link = new CallLink({ grant: "first", ice_servers: SERVERS } as RoomEntry, {
    browser: fake.browser,
    local: new LocalMedia(fake.browser, { cameraOn: true, microphoneOn: true }),
    channel: (auth) => {
      channel.auth = auth;
      return channel as unknown as Channel<CallProtocol>;
    },
    tabId: "tab",
    renew,
  });
  link.start();
  channel.up();
  return link;
}

async function seated(): Promise<void> {
  channel.hear("state", snapshot("admitted"));
  await vi.waitFor(() => expect(channel.count("answer")).toBe(1));
}

describe("the wire of a call", () => {
  it("takes no seat while waiting", async () => {
    channel.hear("state", snapshot("waiting"));
    await vi.waitFor(() => expect(channel.count("media")).toBe(1));
    expect(channel.count("join")).toBe(0);
  });

  it("takes one seat when admitted and answers its offer once", async () => {
    channel.hear("admitted", { grant: "seat" });
    channel.hear("state", snapshot("admitted"));
    channel.hear("offer", offer(1));
    await vi.waitFor(() => expect(channel.count("answer")).toBe(1));
    expect(channel.asked.filter(([name]) => name === "join")).toEqual([
      ["join", { grant: "seat" }],
    ]);
    expect(channel.auth()).toEqual({ grant: "seat", tab_id: "tab" });
  });

  it("uses the TURN servers of the door, then those of its offer", async () => {
    const fresh = [{ urls: ["turn:t"], username: "2:a", credential: "two" }];
    channel.answers["resync"] = () => ({ offer: { ...offer(1), ice_servers: fresh } });
    await seated();
    channel.up();
    await vi.waitFor(() => expect(fake.peers[0]?.configs).toHaveLength(2));
    expect(fake.peers[0]?.configs.map((each) => each.iceServers)).toEqual([SERVERS, fresh]);
  });

  it("knows the cameras and screens beside the two, and asks anew after a reconnection", () => {
    const camera = { device_id: "c", purpose: "publish", silent: false };
    channel.hear("devices", { devices: [camera] });
    expect(link.state.get().devices).toEqual([camera]);
    channel.up();
    expect(link.state.get().devices).toEqual([]);
  });

  it("ignores a snapshot that is older than the one shown", () => {
    channel.hear("state", snapshot("waiting", 5));
    channel.hear("state", snapshot("left", 4));
    expect(link.state.get().snapshot?.me.state).toBe("waiting");
  });

  it("asks how things stand after a reconnection, and keeps its media", async () => {
    await seated();
    channel.answers["resync"] = () => ({ state: snapshot("connected", 2), offer: offer(1) });
    channel.hear("down");
    expect(link.state.get().online).toBe("down");
    channel.up();
    await vi.waitFor(() => expect(link.state.get().snapshot?.revision).toBe(2));
    expect([channel.count("join"), fake.peers.length]).toEqual([1, 1]);
  });

  it("asks for an ICE restart when the network is another one, or media stays away", async () => {
    vi.useFakeTimers();
    await seated();
    channel.answers["resync"] = () => ({ state: snapshot("connected", 2), offer: offer(2) });
    channel.up();
    await vi.waitFor(() => expect(channel.count("resync")).toBe(1));
    listeners["online"]?.();
    await vi.waitFor(() => expect(channel.count("resync")).toBe(2));
    link.restart();
    await vi.waitFor(() => expect(channel.count("resync")).toBe(3));
    fake.peers[0]?.become("connected");
    fake.peers[0]?.become("disconnected");
    await vi.waitFor(() => expect(channel.count("resync")).toBe(4));
    expect(channel.sent("resync")).toEqual([
      { restart: true },
      { restart: true },
      { restart: true },
      { restart: true },
    ]);
    expect(channel.count("join")).toBe(1);
    vi.useRealTimers();
  });

  it("says with every report what is switched on", async () => {
    await vi.waitFor(() => expect(channel.count("media")).toBe(1));
    const end = readEnd([], false);
    link.report(end);
    link.report(end, { up_bps: 1, down_bps: 2, loss_up_pct: 0, loss_down_pct: 0 } as Rates);
    await vi.waitFor(() => expect(channel.count("quality")).toBe(2));
    const off = { ...end, microphone: false, camera: false };
    expect(channel.sent("quality")).toEqual([off, expect.objectContaining({ ...off, up_bps: 1 })]);
  });

  it("mends its end when the relay asks for it, step by step", async () => {
    await seated();
    channel.answers["resync"] = () => ({ state: snapshot("connected", 2), offer: offer(2) });
    channel.hear("repair", { step: "ice_restart" });
    await vi.waitFor(() => expect(channel.sent("resync")).toEqual([{ restart: true }]));
    channel.answers["join"] = () => ({ offer: offer(3, "8") });
    channel.hear("repair", { step: "tcp" });
    await vi.waitFor(() => expect(fake.peers).toHaveLength(2));
    channel.answers["join"] = () => ({ offer: offer(4, "9") });
    channel.hear("repair", { step: "rejoin" });
    await vi.waitFor(() => expect(fake.peers).toHaveLength(3));
    const [first, second] = channel.sent("join").slice(1);
    expect([first, second]).toEqual([{ grant: "first", tcp: true }, { grant: "first" }]);
  });

  it("has nothing to mend while it takes another seat", async () => {
    channel.hear("repair", { step: "rejoin" });
    channel.hear("repair", { step: "tcp" });
    await vi.waitFor(() => expect(channel.count("media")).toBe(1));
    expect([channel.count("join"), channel.count("resync")]).toEqual([0, 0]);
  });

  it("forgets one-way media that is not told of again", async () => {
    vi.useFakeTimers();
    const faults = [{ kind: "video", leg: "to_relay" }];
    channel.hear("one_way", { faults });
    expect(link.state.get().oneWay).toEqual(faults);
    await vi.advanceTimersByTimeAsync(14_000);
    channel.hear("one_way", { faults });
    await vi.advanceTimersByTimeAsync(14_000);
    expect(link.state.get().oneWay).toEqual(faults);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(link.state.get().oneWay).toEqual([]);
    vi.useRealTimers();
  });

  it("takes another seat when the relay no longer knows the old one", async () => {
    await seated();
    channel.answers["resync"] = () => ({ state: snapshot("connected", 2), offer: null });
    channel.answers["join"] = () => ({ offer: offer(1, "8") });
    channel.up();
    await vi.waitFor(() => expect(fake.peers).toHaveLength(2));
  });

  it("takes another seat when media has failed", async () => {
    await seated();
    channel.answers["join"] = () => ({ offer: offer(2, "8") });
    fake.peers[0]?.become("failed");
    await vi.waitFor(() => expect(channel.count("join")).toBe(2));
  });

  it("says why it has no seat, asks again, and is quiet once it has one", async () => {
    vi.useFakeTimers();
    channel.answers["join"] = () => {
      throw new ApiError({ code: "relay_full" });
    };
    channel.hear("state", snapshot("admitted"));
    await vi.waitFor(() => expect(link.state.get().trouble?.code).toBe("relay_full"));
    channel.answers["join"] = () => ({ offer: offer(1) });
    await vi.runOnlyPendingTimersAsync();
    expect([channel.count("join"), link.state.get().trouble]).toEqual([2, null]);
    vi.useRealTimers();
  });

  it("does not call a lost network a trouble of the room", async () => {
    channel.answers["join"] = () => {
      throw new ApiError({ code: "network_failed" });
    };
    channel.hear("state", snapshot("admitted"));
    await vi.waitFor(() => expect(channel.count("join")).toBe(1));
    expect(link.state.get().trouble).toBeNull();
  });

  it("enters again when its grant is too old", async () => {
    channel.hear("refused", new ApiError({ code: "grant_expired" }));
    await vi.waitFor(() => expect(channel.auth()).toMatchObject({ grant: "fresh" }));
    expect(link.state.get().outcome).toBeNull();
  });

  it("stops when another tab takes over", () => {
    channel.hear("replaced");
    expect(link.state.get().outcome).toEqual({ kind: "replaced" });
    expect(channel.connected).toBe(false);
  });

  it("ends with the call, but only goes from a session that has not begun", async () => {
    const before = snapshot("waiting");
    channel.hear("state", before);
    await link.leave();
    expect(link.state.get().outcome).toEqual({ kind: "left" });

    link = newLink();
    const begun = { ...before.room, call_since: "2026-11-25T01:00:00Z" };
    channel.hear("state", { ...before, room: begun });
    await link.leave();
    expect(link.state.get().outcome).toEqual({ kind: "ended", reason: "hung_up", by: "client" });
  });

  it("says who ended the room and why", () => {
    channel.hear("ended", { reason: "staff", by: "staff" });
    expect(link.state.get().outcome).toEqual({ kind: "ended", reason: "staff", by: "staff" });
  });
});
