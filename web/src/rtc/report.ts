/**
 * Pure: what a page says of its own end of a call, from the browser's statistics. The relay
 * compares it with what it has sent, because only both together know who is not seen or
 * heard. Totals count from the beginning of the present connection.
 */
export interface EndReport {
  audio_packets: number | null;
  video_packets: number | null;
  /** Null also while the page is hidden: browsers may leave out what nobody looks at. */
  video_frames: number | null;
  freezes: number | null;
  frozen_ms: number | null;
  candidate_type: CandidateType | null;
  protocol: WayProtocol | null;
  /** Whether the other's picture can be seen at all; if not, none needs to be sent. */
  visible: boolean;
}

export type CandidateType = "host" | "srflx" | "prflx" | "relay";
export type WayProtocol = "udp" | "tcp" | "tls";

type Entry = Record<string, unknown> & { type: string };

export function readEnd(
  report: Iterable<[string, unknown]>,
  hidden: boolean,
  visible = !hidden,
): EndReport {
  const entries = new Map([...report] as [string, Entry][]);
  const received = [...entries.values()].filter((entry) => entry.type === "inbound-rtp");
  const sound = received.filter((entry) => entry["kind"] === "audio");
  const pictures = received.filter((entry) => entry["kind"] === "video");
  const frozenS = total(pictures, "totalFreezesDuration");
  return {
    audio_packets: total(sound, "packetsReceived"),
    video_packets: total(pictures, "packetsReceived"),
    video_frames: hidden ? null : total(pictures, "framesDecoded"),
    freezes: total(pictures, "freezeCount"),
    frozen_ms: frozenS === null ? null : Math.round(frozenS * 1000),
    ...wayOf(localCandidate(entries)),
    visible,
  };
}

/** The pair in use, or undefined: the transport names it, where the browser tells of transports. */
export function pairInUse(entries: ReadonlyMap<string, unknown>): Entry | undefined {
  const all = [...entries.values()] as Entry[];
  const transport = all.find((entry) => entry.type === "transport");
  const selected = entries.get(String(transport?.["selectedCandidatePairId"])) as Entry | undefined;
  return (
    selected ?? all.find((entry) => entry.type === "candidate-pair" && entry["nominated"] === true)
  );
}

function localCandidate(entries: ReadonlyMap<string, Entry>): Entry | undefined {
  return entries.get(String(pairInUse(entries)?.["localCandidateId"]));
}

const TYPES = new Set(["host", "srflx", "prflx", "relay"]);
const PROTOCOLS = new Set(["udp", "tcp", "tls"]);

/** Behind TURN, how the TURN server is reached matters, not how it goes on from there. */
function wayOf(candidate: Entry | undefined): Pick<EndReport, "candidate_type" | "protocol"> {
  const type = String(candidate?.["candidateType"]);
  const protocol = String(candidate?.[type === "relay" ? "relayProtocol" : "protocol"]);
  return {
    candidate_type: TYPES.has(type) ? (type as CandidateType) : null,
    protocol: PROTOCOLS.has(protocol) ? (protocol as WayProtocol) : null,
  };
}

/** Null when nothing of the kind is received, or the browser does not count it. */
function total(entries: readonly Entry[], name: string): number | null {
  const told = entries.map((entry) => entry[name]).filter((value) => typeof value === "number");
  return told.length > 0 ? told.reduce((sum, value) => sum + value, 0) : null;
}
