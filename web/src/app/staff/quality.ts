/**
 * How a person's connection is judged for the staff page, and why. The relay measures; this only names it, so that
 * colour never stands alone. Bounds: loss above 2 % is seen in the picture, above 5 % heard; a round trip over
 * 200 ms makes people talk over each other, over 400 ms they give up turn-taking.
 */

export interface Measured {
  readonly state: string;
  /** What the relay last said of their packets: none, up or silent. */
  readonly media: string;
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly transport: "udp" | "tcp" | null;
  readonly up_bps: number | null;
  readonly down_bps: number | null;
  readonly loss_up_pct: number | null;
  readonly loss_down_pct: number | null;
  readonly rtt_ms: number | null;
}

export type Level = "good" | "fair" | "poor" | "none";
export type Cause =
  | "loss_up"
  | "loss_down"
  | "rtt"
  | "silent"
  | "sends_nothing"
  | "away"
  | "unmeasured"
  | "not_in_call"
  | "fine";

export interface Quality {
  readonly level: Level;
  readonly cause: Cause;
}

const LOSS_FAIR_PCT = 2;
const LOSS_POOR_PCT = 5;
const RTT_FAIR_MS = 200;
const RTT_POOR_MS = 400;
/** Less than this comes also from who only watches: reports about what they receive. */
const FEEDBACK_BPS = 4_000;

type Rule = readonly [Level, Cause, (measured: Measured) => boolean];

const above = (value: number | null, bound: number): boolean => value !== null && value > bound;

/**
 * First match wins: the worst first, and of two equally bad things the one which the person can change. Where
 * nothing arrives nothing is good: somebody has vanished, or has turned everything off.
 */
const RULES: readonly Rule[] = [
  ["poor", "away", (m) => m.state === "away"],
  ["none", "not_in_call", (m) => m.state !== "connected"],
  ["poor", "silent", (m) => m.media === "silent"],
  ["none", "unmeasured", (m) => m.up_bps === null],
  ["none", "sends_nothing", (m) => (m.up_bps ?? 0) < FEEDBACK_BPS && !m.microphone && !m.camera],
  ["poor", "silent", (m) => m.up_bps === 0],
  ["poor", "loss_up", (m) => above(m.loss_up_pct, LOSS_POOR_PCT)],
  ["poor", "loss_down", (m) => above(m.loss_down_pct, LOSS_POOR_PCT)],
  ["poor", "rtt", (m) => above(m.rtt_ms, RTT_POOR_MS)],
  ["fair", "loss_up", (m) => above(m.loss_up_pct, LOSS_FAIR_PCT)],
  ["fair", "loss_down", (m) => above(m.loss_down_pct, LOSS_FAIR_PCT)],
  ["fair", "rtt", (m) => above(m.rtt_ms, RTT_FAIR_MS)],
];

export function qualityOf(measured: Measured): Quality {
  const rule = RULES.find(([, , holds]) => holds(measured));
  return rule ? { level: rule[0], cause: rule[1] } : { level: "good", cause: "fine" };
}
