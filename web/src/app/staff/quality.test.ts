import { describe, expect, it } from "vitest";
import { type Measured, isSteady, qualityOf } from "./quality";

const FINE: Measured = {
  state: "connected",
  media: "up",
  microphone: true,
  camera: true,
  transport: "udp",
  up_bps: 900_000,
  down_bps: 1_100_000,
  loss_up_pct: 0.1,
  loss_down_pct: 0,
  rtt_ms: 35,
  score: null,
  cause: null,
  worst: null,
  freezes_lately: null,
};

it.each<[string, Partial<Measured>, string, string]>([
  ["nothing is wrong", {}, "good", "fine"],
  ["the picture stood still once or twice", { score: 99, freezes_lately: 2 }, "good", "fine"],
  ["the picture stands still again and again", { score: 99, freezes_lately: 3 }, "fair", "freezes"],
  ["the upload loses a little", { loss_up_pct: 2.1 }, "fair", "loss_up"],
  ["the upload loses much", { loss_up_pct: 5.1 }, "poor", "loss_up"],
  ["the download loses much", { loss_down_pct: 9 }, "poor", "loss_down"],
  ["answers come late", { rtt_ms: 250 }, "fair", "rtt"],
  ["answers come very late", { rtt_ms: 401 }, "poor", "rtt"],
  [
    "a lot is lost and late: the worse one counts",
    { rtt_ms: 250, loss_down_pct: 6 },
    "poor",
    "loss_down",
  ],
  ["nothing flows", { up_bps: 0, down_bps: 0 }, "poor", "silent"],
  ["nothing arrives, though much is sent to them", { up_bps: 0 }, "poor", "silent"],
  ["the relay says silent, whatever was measured last", { media: "silent" }, "poor", "silent"],
  [
    "camera and microphone are off",
    { up_bps: 1_200, microphone: false, camera: false },
    "none",
    "sends_nothing",
  ],
  ["the connection is gone", { state: "away", up_bps: null, down_bps: null }, "poor", "away"],
  ["they only wait", { state: "waiting", up_bps: null, down_bps: null }, "none", "not_in_call"],
  ["no figures have come yet", { up_bps: null, down_bps: null }, "none", "unmeasured"],
  ["loss is not known", { loss_up_pct: null, loss_down_pct: null, rtt_ms: null }, "good", "fine"],
])("when %s", (_when, change, level, cause) => {
  expect(qualityOf({ ...FINE, ...change })).toEqual({ level, cause });
});

const SCORED = { ...FINE, score: 55, loss_up_pct: 90 };

it.each<[string, Partial<Measured>, string, string]>([
  ["it is excellent", { score: 81 }, "good", "fine"],
  ["their upload loses", { cause: "upstream_loss", worst: "up" }, "fair", "loss_up"],
  ["the other's upload loses", { cause: "upstream_loss", worst: "down" }, "fair", "loss_theirs"],
  [
    "their download loses",
    { score: 40, cause: "downstream_loss", worst: "down" },
    "poor",
    "loss_down",
  ],
  ["it comes unevenly", { cause: "jitter", worst: "down" }, "fair", "jitter"],
  ["it comes late", { cause: "delay", worst: "up" }, "fair", "rtt"],
  ["their way carries little", { cause: "bandwidth", worst: "down" }, "fair", "bandwidth"],
  ["their way carries no picture", { score: 30, cause: "paused", worst: "down" }, "poor", "paused"],
  ["nothing comes of them", { score: 30, cause: "no_packets", worst: "up" }, "poor", "silent"],
  [
    "nothing comes to them",
    { score: 30, cause: "no_packets", worst: "down" },
    "poor",
    "silent_theirs",
  ],
  ["they are gone, whatever the score was", { score: 95, state: "away" }, "poor", "away"],
])("a score is believed and named: when %s", (_when, change, level, cause) => {
  expect(qualityOf({ ...SCORED, ...change })).toEqual({ level, cause });
});

it("who is not seen, or does not see, is not well off, whatever the score", () => {
  expect(qualityOf({ ...FINE, score: 95 }, true)).toEqual({ level: "poor", cause: "one_way" });
  expect(qualityOf({ ...FINE, state: "waiting" }, true).cause).toBe("not_in_call");
});

describe("a room in a call", () => {
  const room = (state: string, media: string) => ({
    participants: [
      { state: "connected", media: "up" },
      { state, media },
    ],
  });

  it("is steady only while nobody is cut off or silent", () => {
    expect(isSteady(room("connected", "up"))).toBe(true);
    expect(isSteady(room("connected", "silent"))).toBe(false);
    expect(isSteady(room("away", "none"))).toBe(false);
    expect(isSteady(room("joining", "none"))).toBe(false);
  });
});
