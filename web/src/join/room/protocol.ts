/** The /call namespace as this client speaks it; docs/PROTOCOL.md is the reference. */
import type { Offer } from "../../rtc/offers";
import type { EndReport } from "../../rtc/report";

export type ParticipantState =
  "waiting" | "admitted" | "joining" | "connected" | "away" | "left" | "ended";

export interface Me {
  participant_id: string;
  state: ParticipantState;
  role: "client" | "therapist";
}

export interface Peer {
  participant_id: string;
  state: ParticipantState;
  name: string;
  microphone: boolean;
  camera: boolean;
}

export interface Snapshot {
  /** Rises with every change; an older one than shown is ignored. */
  revision: number;
  me: Me;
  peer: Peer | null;
  room: {
    room_id: string;
    state: string;
    epoch: number;
    call_since: string | null;
  };
}

/** What the relay and staff are told every two seconds; rates are left out at the first time. */
export interface QualityReport extends EndReport, Partial<Rates> {
  microphone: boolean;
  camera: boolean;
  freezes_lately?: number | null;
}

export interface Rates {
  up_bps: number;
  down_bps: number;
  loss_up_pct: number;
  loss_down_pct: number;
  rtt_ms: number | null;
  jitter_ms: number | null;
}

/** A sound or picture that should reach somebody and does not; docs/PROTOCOL.md, `one_way`. */
export interface OneWayFault {
  kind: "audio" | "video";
  publisher_id: string;
  viewer_id: string;
  leg: "to_relay" | "in_relay" | "to_viewer" | "decoding";
  /** What is being tried; null: all was. */
  step: string | null;
}

/** How well off we are, as the relay says; docs/PROTOCOL.md, `rating`. */
export interface Rating {
  rating: "excellent" | "good" | "poor" | "lost";
  cause: string | null;
  worst: "up" | "down" | null;
}

/** A camera or a screen beside the people; docs/PROTOCOL.md, `devices`. */
export interface DeviceThere {
  device_id: string;
  purpose: "publish" | "watch";
  /** Nothing has come from it for a while. */
  silent: boolean;
}

export type RepairStep = "ice_restart" | "tcp" | "rejoin";

type Empty = Record<string, never>;

export interface CallProtocol {
  send: {
    join: [{ grant?: string; tcp?: boolean }, { offer?: Offer }];
    answer: [{ offer: number; sdp: string }, object];
    resync: [{ restart?: boolean }, { state?: Snapshot; offer?: Offer | null }];
    admit: [{ participant_id: string }, object];
    media: [{ microphone: boolean; camera: boolean }, object];
    quality: [QualityReport, object];
    leave: [Empty, object];
  };
  receive: {
    state: Snapshot;
    admitted: { grant: string };
    offer: Offer;
    one_way: { faults: OneWayFault[] };
    rating: Rating;
    devices: { devices: DeviceThere[] };
    repair: { step: RepairStep };
    replaced: object;
    ended: { reason: string; by: string | null };
  };
}
