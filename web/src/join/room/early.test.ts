import { describe, expect, it } from "vitest";
import { distance } from "./early";

const STARTS = "2026-11-25T01:00:00Z";
const OPENS = "2026-11-25T00:50:00Z";

function at(now: string, zone = "Asia/Tokyo") {
  return distance(OPENS, STARTS, Date.parse(now), zone);
}

describe("the time until a room opens", () => {
  it("is in days of the visitor's calendar while it is a day or more", () => {
    expect(at("2026-11-18T00:00:00Z")).toEqual({ in: "days", count: 7 });
    expect(at("2026-11-23T14:59:00Z")).toEqual({ in: "days", count: 2 }); // 23:59 in Tokyo
    expect(at("2026-11-23T15:00:00Z")).toEqual({ in: "days", count: 1 });
    expect(at("2026-11-23T15:00:00Z", "Europe/London")).toEqual({ in: "days", count: 2 });
  });

  it("is in hours and minutes on the last day", () => {
    expect(at("2026-11-24T00:50:01Z")).toEqual({ in: "hours", hours: 24, minutes: 0 });
    expect(at("2026-11-24T19:20:30Z")).toEqual({ in: "hours", hours: 5, minutes: 30 });
    expect(at("2026-11-24T23:50:00Z")).toEqual({ in: "hours", hours: 1, minutes: 0 });
  });

  it("is counted down in the last hour, and never below zero", () => {
    expect(at("2026-11-24T23:50:01Z")).toEqual({ in: "minutes", ms: 3_599_000 });
    expect(at("2026-11-25T00:55:00Z")).toEqual({ in: "minutes", ms: 0 });
  });
});
