/** Pure: which screen is due inside a room. */
import type { Peer, Snapshot } from "./protocol";

export type Screen = "connecting" | "waiting_room" | "lobby" | "call";

const IN_CALL = new Set(["joining", "connected", "away"]);

export function screenOf(snapshot: Snapshot | null): Screen {
  if (!snapshot) return "connecting";
  const { me, peer, room } = snapshot;
  if (me.role === "client") return IN_CALL.has(me.state) ? "call" : "waiting_room";
  const begun = room.call_since !== null || (peer !== null && IN_CALL.has(peer.state));
  return begun ? "call" : "lobby";
}

export type Presence = "absent" | "waiting" | "coming" | "there" | "away" | "left";

const PRESENCE: Record<Peer["state"], Presence> = {
  waiting: "waiting",
  admitted: "coming",
  joining: "coming",
  connected: "there",
  away: "away",
  left: "left",
  ended: "left",
};

export function presenceOf(peer: Peer | null): Presence {
  return peer ? PRESENCE[peer.state] : "absent";
}

/** For somebody in the waiting room: is the therapist in the room? */
export function isPresent(peer: Peer | null): boolean {
  return peer !== null && ["admitted", "joining", "connected"].includes(peer.state);
}
