import { describe, expect, it } from "vitest";
import { callsFirst, minutesSince, stageOf } from "./stages";

const SESSION = {
  starts_at: "2026-11-24T01:00:00Z",
  enter_from: "2026-11-24T00:50:00Z",
  enter_until: "2026-11-24T02:15:00Z",
  status: "confirmed",
};

const at = (instant: string): number => Date.parse(instant);

describe("a session", () => {
  it.each([
    ["2026-11-24T00:49:59Z", "early"],
    ["2026-11-24T00:50:00Z", "open"],
    ["2026-11-24T02:15:00Z", "open"],
    ["2026-11-24T02:15:01Z", "past"],
  ])("at %s is %s", (now, stage) => {
    expect(stageOf(SESSION, at(now))).toBe(stage);
  });

  it.each(["fulfilled", "cancelled", "noshow", "expired"])("which is %s is closed", (status) => {
    expect(stageOf({ ...SESSION, status }, at("2026-11-24T01:00:00Z"))).toBe("closed");
  });

  it("which is only asked for opens at no time", () => {
    for (const now of ["2026-11-24T00:00:00Z", "2026-11-24T01:00:00Z", "2026-11-24T05:00:00Z"]) {
      expect(stageOf({ ...SESSION, status: "requested" }, at(now))).toBe("asked");
    }
  });

  it("whose call goes on is in the call, also when its time is over", () => {
    const running = { ...SESSION, in_call_since: "2026-11-24T01:00:30Z" };
    expect(stageOf(running, at("2026-11-24T01:10:00Z"))).toBe("in_call");
    expect(stageOf(running, at("2026-11-24T03:10:00Z"))).toBe("in_call");
    expect(stageOf({ ...running, status: "fulfilled" }, at("2026-11-24T01:10:00Z"))).toBe("closed");
  });
});

it("puts calls that go on first and leaves the rest in order", () => {
  const early = { ...SESSION, starts_at: "2026-11-24T00:00:00Z", in_call_since: null };
  const running = { ...SESSION, in_call_since: "2026-11-24T01:00:30Z" };
  const late = { ...SESSION, starts_at: "2026-11-24T05:00:00Z" };
  expect(callsFirst([early, running, late])).toEqual([running, early, late]);
});

it("counts the whole minutes of a call", () => {
  expect(minutesSince("2026-11-24T01:00:30Z", at("2026-11-24T01:10:29Z"))).toBe(9);
  expect(minutesSince("2026-11-24T01:00:30Z", at("2026-11-24T01:00:00Z"))).toBe(0);
});
