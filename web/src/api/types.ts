/** The server's answers, by the names the client uses. */

export type Role = "client" | "therapist" | "staff" | "employer_admin";

export interface Me {
  person_id: string | null;
  name: string | null;
  roles: Role[];
  locale: string;
  kind: "account" | "link";
  scope: Record<string, string>;
}

export interface LinkExchange {
  purpose: "booking" | "join" | "sign_in";
  scope: Record<string, string>;
  name?: string | null;
}

export interface Therapist {
  therapist_id: string;
  name: string;
  /** By language, e.g. {ja: ..., en: ...}. */
  headline: Record<string, string>;
  languages: string[];
  licence_kind: string;
  next_free_at: string | null;
}

export interface Therapists {
  therapists: Therapist[];
  session_minutes: number;
  own_therapist: boolean;
}

export interface Slot {
  starts_at: string;
  ends_at: string;
}

export interface Slots {
  therapist_id: string;
  timezone: string;
  slots: Slot[];
}

export interface Hold {
  hold_id: string;
  therapist_id: string;
  starts_at: string;
  ends_at: string;
  expires_at: string;
}

export interface Alternative extends Slot {
  therapist_id: string;
}

export type BookingStatus =
  "held" | "requested" | "confirmed" | "fulfilled" | "cancelled" | "noshow" | "expired";

export interface Booking {
  booking_id: string;
  uid: string;
  therapist_id: string;
  therapist_name: string;
  client_name: string;
  starts_at: string;
  ends_at: string;
  timezone: string;
  status: BookingStatus;
  join_url: string | null;
  calendar_url: string;
}

export interface TherapistSession {
  booking_id: string;
  client_name: string;
  starts_at: string;
  ends_at: string;
  status: BookingStatus;
  enter_from: string;
  enter_until: string;
  client_waiting: boolean;
  waiting_since: string | null;
}

export interface TherapistSessions {
  timezone: string;
  sessions: TherapistSession[];
}

export interface Practice {
  capacity: number;
  active: number;
  offers: number;
  pause_new: boolean;
  timezone: string;
  hours: { weekday: number; start: string; end: string }[];
  version: number;
}

export interface RoomEntry {
  room_id: string;
  participant_id: string;
  grant: string;
  role: "client" | "therapist";
  my_name: string;
  peer_name: string;
  starts_at: string;
  ends_at: string;
  conversation_id: string;
  ice_servers: RTCIceServer[];
}

export interface RoomSummary {
  status: string;
  started_at: string | null;
  ended_at: string | null;
  duration_s: number | null;
  ended_by: string | null;
}

export interface OpsParticipant {
  participant_id: string;
  role: string;
  name: string;
  state: string;
  since: string;
  transport: "udp" | "tcp" | null;
  up_bps: number | null;
  down_bps: number | null;
  loss_up_pct: number | null;
  loss_down_pct: number | null;
  rtt_ms: number | null;
}

export interface OpsRoom {
  room_id: string;
  booking_id: string;
  state: string;
  opened_at: string;
  call_since: string | null;
  relay_id: string | null;
  participants: OpsParticipant[];
}

export interface OpsRooms {
  at: string;
  rooms: OpsRoom[];
}

export interface ChatChange {
  sequence: number;
  kind: "message" | "edit" | "delete" | "read";
  sender_id: string;
  sender_name: string;
  at: string;
  /** Null for a read mark; the message stands here as it is now. */
  message_id: string | null;
  client_message_id: string | null;
  text: string | null;
  /** The higher one is the newer state of the message. */
  revision: number;
  deleted: boolean;
  read_sequence: number | null;
}

export interface ChatChanges {
  changes: ChatChange[];
  latest: number;
  more: boolean;
}

export interface ChatReceipt {
  message_id: string;
  sequence: number;
  at: string;
}
