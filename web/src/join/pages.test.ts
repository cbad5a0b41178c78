import { describe, expect, it } from "vitest";
import { ApiError } from "../shared/api";
import { addressOf } from "./address";
import { helpFor, stageNote } from "./call/RemoteStage";
import type { LinkState } from "./room/callLink";
import type { ParticipantState, Snapshot } from "./room/protocol";
import { screenOf } from "./room/screens";

function snapshot(role: "client" | "therapist", mine: ParticipantState, theirs?: ParticipantState) {
  const peer = theirs && {
    participant_id: "p2",
    state: theirs,
    name: "n",
    microphone: true,
    camera: true,
  };
  return {
    revision: 1,
    me: { participant_id: "p1", state: mine, role },
    peer: peer ?? null,
    room: { room_id: "r", state: "open", epoch: 1, call_since: null },
  } satisfies Snapshot;
}

it("reads which page an address names", () => {
  expect(addressOf("/join/tok/")).toEqual({ page: "join", token: "tok" });
  expect(addressOf("/room/id")).toEqual({ page: "room", bookingId: "id" });
  expect(addressOf("/join/")).toEqual({ page: "unknown" });
  expect(addressOf("/join/a/b")).toEqual({ page: "unknown" });
});

describe("the screen inside a room", () => {
  it("is the waiting room for a client who was not let in, and the call after", () => {
    expect(screenOf(snapshot("client", "waiting", "joining"))).toBe("waiting_room");
    expect(screenOf(snapshot("client", "joining", "connected"))).toBe("call");
  });

  it("is the lobby for a therapist until the client comes in", () => {
    expect(screenOf(snapshot("therapist", "connected", "waiting"))).toBe("lobby");
    expect(screenOf(snapshot("therapist", "connected"))).toBe("lobby");
    expect(screenOf(snapshot("therapist", "connected", "joining"))).toBe("call");
  });
});

describe("the note over the picture", () => {
  const state = (theirs: ParticipantState, more: Partial<LinkState> = {}): LinkState => ({
    online: "up",
    media: "connected",
    remote: null,
    trouble: null,
    outcome: null,
    oneWay: [],
    rating: null,
    devices: [],
    snapshot: snapshot("client", "connected", theirs),
    ...more,
  });

  it("is absent while both are connected", () => {
    expect(stageNote(state("connected"))).toBeNull();
  });

  it("does not speak of a lost socket while media flows", () => {
    expect(stageNote(state("connected", { online: "down" }))).toBeNull();
  });

  it("says that somebody is coming in only until the call has begun", () => {
    const { room, ...rest } = snapshot("client", "connected", "joining");
    const begun = { ...rest, room: { ...room, call_since: "2026-11-24T01:00:00Z" } };
    expect(stageNote(state("joining"))).toBe("peer_coming");
    expect(stageNote(state("joining", { snapshot: begun }))).toBe("peer_away");
  });

  it("blames a network that blocks video only while the server is there", () => {
    expect(helpFor("reconnecting", "down")).toBe("room.lasting");
    expect(helpFor("reconnecting", "up")).toBe("call.blocked");
    expect(helpFor("trouble", "up")).toBe("room.goesOn");
  });

  it("names the gravest thing", () => {
    const trouble = new ApiError({ code: "relay_full" });
    expect(stageNote(state("left", { trouble, media: "failed" }))).toBe("trouble");
    expect(stageNote(state("left", { trouble, media: "failed", online: "down" }))).toBe(
      "reconnecting",
    );
    expect(stageNote(state("connected", { media: "interrupted" }))).toBe("reconnecting");
    expect(stageNote(state("connected"), true)).toBe("reconnecting");
    expect(stageNote(state("away"))).toBe("peer_away");
    expect(stageNote(state("left"))).toBe("peer_left");
    expect(stageNote(state("connected", { media: "connecting" }))).toBe("connecting");
  });
});
