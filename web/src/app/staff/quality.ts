/**
 * How a person's connection is judged for the staff page, and why. The relay measures and scores; this only names
 * it, so that colour never stands alone. Where there is no score yet, loss and delay speak: loss above 2 % is seen
 * in the picture, above 5 % heard; a round trip over 200 ms makes people talk over each other, over 400 ms they
 * give up turn-taking.
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
  /** 0 to 100, of their worst stream, which goes up from them or down to them. */
  readonly score: number | null;
  readonly cause: ScoreCause | null;
  readonly worst: "up" | "down" | null;
  /** Times the picture stood still for them, unmeant, in the last five minutes. */
  readonly freezes_lately: number | null;
}

export type ScoreCause =
  "upstream_loss" | "downstream_loss" | "delay" | "jitter" | "bandwidth" | "paused" | "no_packets";

export type Level = "good" | "fair" | "poor" | "none";
export type Cause =
  | "loss_up"
  | "loss_down"
  | "loss_theirs"
  | "rtt"
  | "jitter"
  | "bandwidth"
  | "paused"
  | "silent"
  | "silent_theirs"
  | "one_way"
  | "sends_nothing"
  | "away"
  | "unmeasured"
  | "not_in_call"
  | "freezes"
  | "fine";

export interface Quality {
  readonly level: Level;
  readonly cause: Cause;
}

const LOSS_FAIR_PCT = 2;
const LOSS_POOR_PCT = 5;
const RTT_FAIR_MS = 200;
const RTT_POOR_MS = 400;
/** Scores above these are good, and fair (media/quality.py). */
const GOOD_SCORE = 80;
const FAIR_SCORE = 40;
/** In five minutes: then nothing is "good" whatever the last seconds were. */
const MANY_FREEZES = 3;
/** Less than this comes also from who only watches: reports about what they receive. */
const FEEDBACK_BPS = 4_000;

type Rule = readonly [Level, Cause, (measured: Measured) => boolean];

const above = (value: number | null, bound: number): boolean => value !== null && value > bound;

/**
 * First match wins: the worst first, and of two equally bad things the one which the person can change. Where
 * nothing arrives nothing is good: somebody has vanished, or has turned everything off.
 */
const BEFORE_THE_SCORE: readonly Rule[] = [
  ["poor", "away", (m) => m.state === "away"],
  ["none", "not_in_call", (m) => m.state !== "connected"],
  ["poor", "silent", (m) => m.media === "silent"],
  ["none", "unmeasured", (m) => m.up_bps === null],
  ["none", "sends_nothing", (m) => (m.up_bps ?? 0) < FEEDBACK_BPS && !m.microphone && !m.camera],
  ["poor", "silent", (m) => m.up_bps === 0],
];

const WITHOUT_A_SCORE: readonly Rule[] = [
  ["poor", "loss_up", (m) => above(m.loss_up_pct, LOSS_POOR_PCT)],
  ["poor", "loss_down", (m) => above(m.loss_down_pct, LOSS_POOR_PCT)],
  ["poor", "rtt", (m) => above(m.rtt_ms, RTT_POOR_MS)],
  ["fair", "loss_up", (m) => above(m.loss_up_pct, LOSS_FAIR_PCT)],
  ["fair", "loss_down", (m) => above(m.loss_down_pct, LOSS_FAIR_PCT)],
  ["fair", "rtt", (m) => above(m.rtt_ms, RTT_FAIR_MS)],
];

/** Whether everybody in the call is connected and heard of; not while one is cut off, or silent. */
export function isSteady(room: {
  readonly participants: readonly Pick<Measured, "state" | "media">[];
}): boolean {
  return room.participants.every((one) => one.state === "connected" && one.media !== "silent");
}

/** `oneWay`: they do not see or hear what they should, or are not seen or heard. */
export function qualityOf(measured: Measured, oneWay = false): Quality {
  const before = matching(BEFORE_THE_SCORE, measured);
  if (before) return before;
  if (oneWay) return { level: "poor", cause: "one_way" };
  const found = ofTheWay(measured);
  if (found.level === "good" && (measured.freezes_lately ?? 0) >= MANY_FREEZES) {
    return { level: "fair", cause: "freezes" };
  }
  return found;
}

function ofTheWay(measured: Measured): Quality {
  const { score } = measured;
  if (score === null) {
    return matching(WITHOUT_A_SCORE, measured) ?? { level: "good", cause: "fine" };
  }
  const level = score > GOOD_SCORE ? "good" : score > FAIR_SCORE ? "fair" : "poor";
  return { level, cause: measured.cause ? causeOf(measured.cause, measured.worst) : "fine" };
}

function matching(rules: readonly Rule[], measured: Measured): Quality | undefined {
  const rule = rules.find(([, , holds]) => holds(measured));
  return rule && { level: rule[0], cause: rule[1] };
}

const CAUSES: Record<ScoreCause, { up: Cause; down: Cause }> = {
  upstream_loss: { up: "loss_up", down: "loss_theirs" },
  downstream_loss: { up: "loss_down", down: "loss_down" },
  delay: { up: "rtt", down: "rtt" },
  jitter: { up: "jitter", down: "jitter" },
  bandwidth: { up: "bandwidth", down: "bandwidth" },
  paused: { up: "paused", down: "paused" },
  no_packets: { up: "silent", down: "silent_theirs" },
};

/** What comes to them badly may have left the other person badly. */
function causeOf(cause: ScoreCause, worst: "up" | "down" | null): Cause {
  return CAUSES[cause][worst ?? "up"];
}
