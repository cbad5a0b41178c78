import { expect, it } from "vitest";
import type { OneWayFault } from "../room/protocol";
import { oneWayViews } from "./oneWay";

const FAULT: OneWayFault = {
  kind: "video",
  publisher_id: "they",
  viewer_id: "me",
  leg: "to_relay",
  step: "ice_restart",
};
const OUT: Partial<OneWayFault> = { publisher_id: "me", viewer_id: "they" };

it.each<[string, Partial<OneWayFault>, string, string]>([
  ["theirs does not leave their network", {}, "in", "theirs"],
  ["theirs waits for a key frame of theirs", { leg: "in_relay" }, "in", "theirs"],
  ["theirs does not reach our network", { leg: "to_viewer" }, "in", "mine"],
  ["theirs has come and is not shown", { leg: "decoding" }, "in", "my_device"],
  ["ours does not leave our network", { ...OUT }, "out", "mine"],
  ["ours does not reach their network", { ...OUT, leg: "to_viewer" }, "out", "theirs"],
  ["ours has come and they cannot show it", { ...OUT, leg: "decoding" }, "out", "their_device"],
])("when %s", (_when, change, direction, where) => {
  expect(oneWayViews([{ ...FAULT, ...change }], "me")).toEqual([
    { direction, what: "video", where, trying: true },
  ]);
});

it("sound and picture of one way are one line, what does not reach us comes first", () => {
  const faults: OneWayFault[] = [
    { ...FAULT, ...OUT, step: null },
    { ...FAULT, step: null },
    { ...FAULT, kind: "audio" },
  ];
  expect(oneWayViews(faults, "me")).toEqual([
    { direction: "in", what: "both", where: "theirs", trying: true },
    { direction: "out", what: "video", where: "mine", trying: false },
  ]);
  expect(oneWayViews([], "me")).toEqual([]);
});
