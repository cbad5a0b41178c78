import { describe, expect, it } from "vitest";
import { MediaConnection, type ConnectionEvents } from "./connection";
import { FakeBrowser, FakeTrack } from "./fake";
import type { Offer } from "./offers";

const TRACKS = [
  { mid: "2", participant_id: "p2", kind: "audio" as const },
  { mid: "3", participant_id: "p2", kind: "video" as const },
];

function offer(number: number, session = "77", tracks = TRACKS): Offer {
  const mids = ["0", "1", "2", "3"].map((mid) => `a=mid:${mid}`).join("\r\n");
  return { number, sdp: `v=0\r\no=- ${session} 1 IN IP4 0.0.0.0\r\n${mids}\r\n`, tracks };
}

function setUp() {
  const fake = new FakeBrowser();
  const seen = { answers: [] as number[], states: [] as string[], failures: 0 };
  const streams: ReadonlyMap<string, MediaStream>[] = [];
  const events: ConnectionEvents = {
    answer: (number) => void seen.answers.push(number),
    state: (state) => void seen.states.push(state),
    streams: (each) => void streams.push(each),
    failed: () => void (seen.failures += 1),
  };
  return { fake, seen, streams, media: new MediaConnection(fake.browser, {}, events) };
}

function camera(): MediaStreamTrack {
  return new FakeTrack("video", "cam") as unknown as MediaStreamTrack;
}

describe("a media connection", () => {
  it("answers offers one after another, in their order", async () => {
    const { fake, seen, media } = setUp();
    await Promise.all([media.take(offer(1)), media.take(offer(2))]);
    expect(seen.answers).toEqual([1, 2]);
    expect(fake.peers[0]?.steps).toEqual(["remote", "local", "remote", "local"]);
  });

  it("ignores an offer that is older than the one it answered", async () => {
    const { seen, media } = setUp();
    await media.take(offer(3));
    await media.take(offer(2));
    await media.take(offer(3));
    expect(seen.answers).toEqual([3]);
  });

  it("answers its first offer on the peer connection it prepared, and later ones on their own", async () => {
    const { fake, seen, media } = setUp();
    media.prepare();
    media.prepare();
    expect(fake.peers).toHaveLength(1);
    await media.take(offer(1, "77"));
    expect([fake.peers.length, seen.answers]).toEqual([1, [1]]);
    media.startOver();
    media.prepare();
    await media.take(offer(1, "77"));
    expect(fake.peers.map((peer) => peer.closed)).toEqual([true, false]);
  });

  it("starts a new peer connection for another relay seat, whatever its number", async () => {
    const { fake, seen, media } = setUp();
    await media.take(offer(5, "77"));
    await media.take(offer(1, "88"));
    expect(seen.answers).toEqual([5, 1]);
    expect(fake.peers.map((peer) => peer.closed)).toEqual([true, false]);
  });

  it("goes on with the next offer after one that cannot be applied", async () => {
    const { seen, media } = setUp();
    await media.take({ number: 1, sdp: "o=- 77 1\r\nbroken", tracks: [] });
    await media.take(offer(2));
    expect([seen.failures, seen.answers]).toEqual([1, [2]]);
  });

  it("sends microphone and camera on mids 0 and 1 only", async () => {
    const { fake, media } = setUp();
    const track = camera();
    await media.setCamera(track);
    await media.take(offer(1));
    const transceivers = fake.peers[0]?.transceivers ?? [];
    expect(transceivers.map((each) => each.direction)).toEqual([
      "sendonly",
      "sendonly",
      "recvonly",
      "recvonly",
    ]);
    expect(transceivers.map((each) => each.sent)).toEqual([[null], [track], [], []]);
  });

  it("replaces a track without a new negotiation", async () => {
    const { fake, media } = setUp();
    await media.take(offer(1));
    const track = camera();
    await media.setCamera(track);
    await media.setCamera(null);
    expect(fake.peers[0]?.transceivers[1]?.sent).toEqual([null, track, null]);
    expect(fake.peers[0]?.steps).toEqual(["remote", "local"]);
  });

  it("keeps a participant's stream object while its tracks stay the same", async () => {
    const { streams, media } = setUp();
    await media.take(offer(1));
    await media.take(offer(2));
    expect(streams[1]?.get("p2")).toBe(streams[0]?.get("p2"));
    expect(streams[0]?.get("p2")?.getTracks()).toHaveLength(2);
  });

  it("gathers with the newest TURN credentials, also before an offer it knows already", async () => {
    const { fake, media } = setUp();
    const servers = (credential: string) => [{ urls: ["turn:t"], username: "1:a", credential }];
    await media.take({ ...offer(1), ice_servers: servers("one") });
    await media.take({ ...offer(1), ice_servers: servers("one") });
    await media.take({ ...offer(1), ice_servers: servers("two") });
    await media.take({ ...offer(1, "88"), ice_servers: servers("two") });
    await media.take(offer(2, "88"));
    const used = fake.peers.map((peer) => peer.configs.map((config) => config.iceServers));
    expect(used).toEqual([[servers("one"), servers("two")], [servers("two")]]);
    expect(fake.peers[0]?.configs[1]?.bundlePolicy).toBe("max-bundle");
  });

  it("says interrupted and failed, and nothing of a peer it has left", async () => {
    const { fake, seen, media } = setUp();
    await media.take(offer(1, "77"));
    fake.peers[0]?.become("disconnected");
    await media.take(offer(1, "88"));
    fake.peers[0]?.become("failed");
    fake.peers[1]?.become("connected");
    expect(seen.states).toEqual(["interrupted", "connected"]);
  });
});
