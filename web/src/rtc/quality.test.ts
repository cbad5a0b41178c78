import { describe, expect, it } from "vitest";
import {
  SteadyVerdict,
  type Verdict,
  graver,
  qualityBetween,
  readStats,
  verdict,
  verdictOfRelay,
} from "./quality";
import { levelOf } from "./sound";

function stats(scale: number, lost: number): [string, unknown][] {
  return [
    [
      "a",
      {
        type: "inbound-rtp",
        bytesReceived: 1000 * scale,
        packetsReceived: 10 * scale,
        packetsLost: lost,
        framesDecoded: 30 * scale,
        jitter: 0.012,
      },
    ],
    ["b", { type: "outbound-rtp", bytesSent: 2000 * scale, packetsSent: 20 * scale }],
    ["c", { type: "remote-inbound-rtp", packetsLost: 0, roundTripTime: 0.05 }],
    ["d", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.04 }],
    ["e", { type: "codec" }],
  ];
}

const GOOD = {
  up_bps: 0,
  down_bps: 0,
  loss_up_pct: 0,
  loss_down_pct: 0,
  rtt_ms: 40,
  jitter_ms: 1,
  frames_decoded: 60,
  frames_sent: 60,
};

describe("connection quality", () => {
  it("counts what happened between two readings", () => {
    const quality = qualityBetween(readStats(stats(1, 0), 0), readStats(stats(3, 5), 2000));
    expect(quality).toMatchObject({
      up_bps: 16_000,
      down_bps: 8_000,
      loss_down_pct: 20,
      frames_decoded: 60,
      rtt_ms: 40,
    });
  });

  it("never goes below zero when counters start again", () => {
    const quality = qualityBetween(readStats(stats(9, 9), 0), readStats(stats(1, 0), 2000));
    expect([quality.up_bps, quality.loss_down_pct]).toEqual([0, 0]);
  });

  it("names the cause", () => {
    expect(verdict(GOOD)).toEqual({ level: "good", cause: null });
    expect(verdict({ ...GOOD, loss_up_pct: 12 })).toEqual({ level: "poor", cause: "upload" });
    expect(verdict({ ...GOOD, loss_down_pct: 4 })).toEqual({ level: "fair", cause: "download" });
    expect(verdict({ ...GOOD, rtt_ms: 800 })).toEqual({ level: "poor", cause: "delay" });
  });

  it.each([
    ["excellent", null, null, "good", null],
    ["good", "upstream_loss", "up", "fair", "upload"],
    ["poor", "paused", "down", "poor", "download"],
    ["lost", "no_packets", "up", "poor", "upload"],
    ["poor", "no_packets", "down", "good", null],
    ["good", "upstream_loss", "down", "good", null],
  ])("takes the relay's word, %s for %s %s, about our own end alone", (...told) => {
    const [rating, cause, worst, level, hint] = told;
    expect(verdictOfRelay(rating, cause, worst)).toEqual({ level, cause: hint });
  });

  it("shows the graver of two verdicts", () => {
    const fair: Verdict = { level: "fair", cause: "delay" };
    const poor: Verdict = { level: "poor", cause: "upload" };
    expect([graver(fair, poor), graver(poor, fair)]).toEqual([poor, poor]);
  });

  it("falls at once and rises after three better readings", () => {
    const steady = new SteadyVerdict();
    const poor: Verdict = { level: "poor", cause: "upload" };
    const good: Verdict = { level: "good", cause: null };
    const shown = [poor, good, good, good].map((each) => steady.next(each).level);
    expect(shown).toEqual(["poor", "poor", "poor", "good"]);
  });
});

it("measures silence as 0 and a full-scale tone near 1", () => {
  expect(levelOf(new Float32Array(64))).toBe(0);
  const loud = Float32Array.from({ length: 64 }, (_, index) => (index % 2 ? 1 : -1));
  expect(levelOf(loud)).toBe(1);
});
