import { describe, expect, it } from "vitest";
import { readEnd } from "./report";

const STATS: [string, object][] = [
  ["a", { type: "inbound-rtp", kind: "audio", packetsReceived: 100 }],
  [
    "v",
    {
      type: "inbound-rtp",
      kind: "video",
      packetsReceived: 500,
      framesDecoded: 90,
      freezeCount: 2,
      totalFreezesDuration: 0.75,
    },
  ],
  ["t", { type: "transport", selectedCandidatePairId: "p2" }],
  ["p1", { type: "candidate-pair", nominated: true, localCandidateId: "l1" }],
  ["p2", { type: "candidate-pair", nominated: true, localCandidateId: "l2" }],
  ["l1", { type: "local-candidate", candidateType: "host", protocol: "udp" }],
  ["l2", { type: "local-candidate", candidateType: "prflx", protocol: "tcp" }],
];

const without = (...ids: string[]) => STATS.filter(([id]) => !ids.includes(id));

describe("what a page says of its own end", () => {
  it("counts what came, by kind, and names the way in use", () => {
    expect(readEnd(STATS, false)).toEqual({
      audio_packets: 100,
      video_packets: 500,
      video_frames: 90,
      freezes: 2,
      frozen_ms: 750,
      candidate_type: "prflx",
      protocol: "tcp",
      visible: true,
    });
  });

  it("says nothing of frames while nobody looks", () => {
    expect(readEnd(STATS, true)).toMatchObject({ video_frames: null, visible: false });
  });

  it("is seen in a window of its own while the page is hidden", () => {
    expect(readEnd(STATS, true, true)).toMatchObject({ video_frames: null, visible: true });
  });

  it("takes the nominated pair where no transport is told of", () => {
    expect(readEnd(without("t"), false)).toMatchObject({ candidate_type: "host", protocol: "udp" });
  });

  it("tells how the TURN server is reached, not how it goes on from there", () => {
    const relayed = { candidateType: "relay", protocol: "udp", relayProtocol: "tls" };
    const stats: [string, object][] = [
      ...without("l2"),
      ["l2", { type: "local-candidate", ...relayed }],
    ];
    expect(readEnd(stats, false)).toMatchObject({ candidate_type: "relay", protocol: "tls" });
  });

  it("does not know what the browser does not tell", () => {
    expect(readEnd([], false)).toEqual({
      audio_packets: null,
      video_packets: null,
      video_frames: null,
      freezes: null,
      frozen_ms: null,
      candidate_type: null,
      protocol: null,
      visible: true,
    });
  });
});
