/**
 * Pure: what to do with a numbered offer from the relay, and which remote track
 * is whose. The relay always offers; this side always answers.
 */
export type TrackKind = "audio" | "video";

export interface OfferedTrack {
  mid: string;
  /** Null: of whoever comes. */
  participant_id: string | null;
  kind: TrackKind;
}

export interface Offer {
  number: number;
  sdp: string;
  tracks: OfferedTrack[];
  /** TURN servers with fresh credentials, for what is gathered from now on. */
  ice_servers?: RTCIceServer[];
}

/** The m-lines this side sends on. */
export const MICROPHONE_MID = "0";
export const CAMERA_MID = "1";
const OWN_MIDS = new Set([MICROPHONE_MID, CAMERA_MID]);

export interface Applied {
  number: number;
  origin: string;
}

export type OfferStep = "ignore" | "apply" | "start_over";

/**
 * An older or repeated offer is ignored. Another origin is another relay seat,
 * whose keys do not fit the connection we have: that one starts over.
 */
export function offerStep(applied: Applied | undefined, offer: Offer): OfferStep {
  if (applied === undefined) return "start_over";
  if (originOf(offer.sdp) !== applied.origin) return "start_over";
  return offer.number > applied.number ? "apply" : "ignore";
}

/** The session id of an SDP's o= line: the same for all offers of one seat. */
export function originOf(sdp: string): string {
  return /^o=\S+ (\S+)/m.exec(sdp)?.[1] ?? "";
}

/** The mids of what each other participant sends; those of nobody yet under "". */
export function midsByParticipant(tracks: readonly OfferedTrack[]): Map<string, string[]> {
  const mids = new Map<string, string[]>();
  for (const { participant_id, mid } of tracks) {
    if (OWN_MIDS.has(mid)) continue;
    const owner = participant_id ?? "";
    mids.set(owner, [...(mids.get(owner) ?? []), mid]);
  }
  return mids;
}
