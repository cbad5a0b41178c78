import { describe, expect, it } from "vitest";
import { type Alarm, REPEAT_MS, SILENT, type WatchedSession, nextAlarm, titleOf } from "./alarm";

const START_MS = Date.parse("2026-11-24T01:00:00Z");

function session(id: string, waiting?: boolean, since: string | null = null): WatchedSession {
  return {
    booking_id: id,
    client_name: `client of ${id}`,
    client_waiting: waiting,
    waiting_since: since,
  };
}

function seen(alarm: Alarm, sessions: WatchedSession[], afterMs = 0): Alarm {
  return nextAlarm(alarm, { kind: "seen", sessions, nowMs: START_MS + afterMs });
}

describe("the alarm", () => {
  it("stays silent while nobody waits, also when the server says nothing about waiting", () => {
    const alarm = seen(SILENT, [session("a", false), session("b")]);
    expect(alarm).toMatchObject({ waiting: [], rings: 0 });
  });

  it("rings once when somebody begins to wait, not at every answer", () => {
    const first = seen(SILENT, [session("a", true)]);
    const second = seen(first, [session("a", true)], 3_000);
    expect([first.rings, second.rings]).toEqual([1, 1]);
    expect(second.waiting.map((one) => one.clientName)).toEqual(["client of a"]);
  });

  it("rings again while somebody goes on waiting", () => {
    const first = seen(SILENT, [session("a", true)]);
    expect(seen(first, [session("a", true)], REPEAT_MS - 1).rings).toBe(1);
    expect(seen(first, [session("a", true)], REPEAT_MS).rings).toBe(2);
  });

  it("rings for a second person at once, though the first was silenced", () => {
    const first = nextAlarm(seen(SILENT, [session("a", true)]), { kind: "quiet" });
    expect(seen(first, [session("a", true)], REPEAT_MS).rings).toBe(1);
    expect(seen(first, [session("a", true), session("b", true)], 3_000).rings).toBe(2);
  });

  it("ends when they are admitted or leave, and rings when they come back", () => {
    const waiting = seen(SILENT, [session("a", true)]);
    const gone = seen(waiting, [session("a", false)], 3_000);
    const back = seen(gone, [session("a", true)], 6_000);
    expect([gone.waiting.length, gone.rings, back.rings]).toEqual([0, 1, 2]);
  });

  it("takes the beginning of the wait from the server, else from the first sight", () => {
    const told = seen(SILENT, [session("a", true, "2026-11-24T00:55:00Z")]);
    expect(told.waiting[0]?.sinceMs).toBe(Date.parse("2026-11-24T00:55:00Z"));
    const guessed = seen(seen(SILENT, [session("a", true)]), [session("a", true)], 9_000);
    expect(guessed.waiting[0]?.sinceMs).toBe(START_MS);
  });
});

it("the title puts a waiting client first", () => {
  expect(titleOf(0, "Sessions", "Waiting")).toBe("Sessions");
  expect(titleOf(2, "Sessions", "Waiting")).toBe("(2) Waiting");
});
