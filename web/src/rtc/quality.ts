/**
 * Pure: how good the connection is, from two readings of the browser's statistics.
 * Names the cause, because "bad connection" alone helps nobody.
 */

import { pairInUse } from "./report";

/** Counters of one reading; sums over all streams. */
export interface Reading {
  at_ms: number;
  bytes_up: number;
  bytes_down: number;
  packets_down: number;
  lost_down: number;
  packets_up: number;
  lost_up: number;
  rtt_ms: number | null;
  frames_decoded: number;
  frames_sent: number;
  jitter_ms: number | null;
}

/** What happened between two readings. */
export interface Quality {
  up_bps: number;
  down_bps: number;
  loss_up_pct: number;
  loss_down_pct: number;
  rtt_ms: number | null;
  jitter_ms: number | null;
  frames_decoded: number;
  frames_sent: number;
}

export type QualityLevel = "good" | "fair" | "poor";
export type QualityCause = "upload" | "download" | "delay";

export interface Verdict {
  level: QualityLevel;
  cause: QualityCause | null;
}

type Entry = Record<string, unknown> & { type: string };

export function readStats(report: Iterable<[string, unknown]>, atMs: number): Reading {
  const told = new Map(report);
  const entries = [...told.values()] as Entry[];
  const of = (type: string) => entries.filter((entry) => entry.type === type);
  const inbound = of("inbound-rtp");
  const outbound = of("outbound-rtp");
  const remote = of("remote-inbound-rtp");
  const pair = pairInUse(told);
  const rtt = seconds(pair?.["currentRoundTripTime"]) ?? seconds(remote[0]?.["roundTripTime"]);
  return {
    at_ms: atMs,
    bytes_up: sum(outbound, "bytesSent"),
    bytes_down: sum(inbound, "bytesReceived"),
    packets_down: sum(inbound, "packetsReceived"),
    lost_down: sum(inbound, "packetsLost"),
    packets_up: sum(outbound, "packetsSent"),
    lost_up: sum(remote, "packetsLost"),
    rtt_ms: rtt,
    frames_decoded: sum(inbound, "framesDecoded"),
    frames_sent: sum(outbound, "framesSent"),
    jitter_ms: seconds(inbound[0]?.["jitter"]),
  };
}

export function qualityBetween(before: Reading, after: Reading): Quality {
  const elapsedS = Math.max(0.001, (after.at_ms - before.at_ms) / 1000);
  const grown = (name: keyof Reading) =>
    Math.max(0, Number(after[name] ?? 0) - Number(before[name] ?? 0));
  return {
    up_bps: Math.round((grown("bytes_up") * 8) / elapsedS),
    down_bps: Math.round((grown("bytes_down") * 8) / elapsedS),
    loss_up_pct: percent(grown("lost_up"), grown("packets_up")),
    loss_down_pct: percent(grown("lost_down"), grown("packets_down") + grown("lost_down")),
    rtt_ms: after.rtt_ms,
    jitter_ms: after.jitter_ms,
    frames_decoded: grown("frames_decoded"),
    frames_sent: grown("frames_sent"),
  };
}

const LIMITS = { fair: { loss: 3, rtt: 300 }, poor: { loss: 10, rtt: 700 } } as const;

export function verdict(quality: Quality): Verdict {
  for (const level of ["poor", "fair"] as const) {
    const limit = LIMITS[level];
    if (quality.loss_up_pct >= limit.loss) return { level, cause: "upload" };
    if (quality.loss_down_pct >= limit.loss) return { level, cause: "download" };
    if ((quality.rtt_ms ?? 0) >= limit.rtt) return { level, cause: "delay" };
  }
  return { level: "good", cause: null };
}

/** What the relay says of our own end, in the same words; what is the other's is not our hint. */
export function verdictOfRelay(
  rating: string,
  cause: string | null,
  worst: string | null,
): Verdict {
  const level = rating === "excellent" ? "good" : rating === "good" ? "fair" : "poor";
  const found = RELAY_CAUSES[`${worst} ${cause}`];
  return level === "good" || !found ? { level: "good", cause: null } : { level, cause: found };
}

const RELAY_CAUSES: Record<string, QualityCause> = {
  "up upstream_loss": "upload",
  "up no_packets": "upload",
  "up delay": "delay",
  "up jitter": "upload",
  "down downstream_loss": "download",
  "down bandwidth": "download",
  "down paused": "download",
};

/** The graver one; of two alike the first. */
export function graver(one: Verdict, other: Verdict): Verdict {
  return RANK[other.level] > RANK[one.level] ? other : one;
}

const CALM_READINGS = 3;

/** Falls at once, rises after three better readings, so that a hint does not flicker. */
export class SteadyVerdict {
  #shown: Verdict = { level: "good", cause: null };
  #better = 0;

  next(fresh: Verdict): Verdict {
    const worse = RANK[fresh.level] >= RANK[this.#shown.level];
    this.#better = worse ? 0 : this.#better + 1;
    if (worse || this.#better >= CALM_READINGS) {
      this.#shown = fresh;
      this.#better = 0;
    }
    return this.#shown;
  }
}

const RANK: Record<QualityLevel, number> = { good: 0, fair: 1, poor: 2 };

function sum(entries: Entry[], name: string): number {
  return entries.reduce((total, entry) => total + (Number(entry[name]) || 0), 0);
}

function seconds(value: unknown): number | null {
  return typeof value === "number" ? Math.round(value * 1000) : null;
}

function percent(part: number, whole: number): number {
  return whole > 0 ? Math.min(100, Math.round((part / whole) * 1000) / 10) : 0;
}
