import { beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../shared/api";
import {
  type Answer,
  FakeServer,
  KINDS,
  LATER,
  OTHER,
  SLOT,
  THERAPIST,
  flowOn,
} from "./fakeServer";
import { signedIn } from "./asker";
import type { BookingFlow } from "./flow";
import { hasChoice, isCover, kindOf, languagesToChoose } from "./state";

let server: FakeServer;
let flow: BookingFlow;

beforeEach(() => {
  server = new FakeServer();
  flow = flowOn(server);
});

describe("choosing by time", () => {
  beforeEach(async () => {
    server.answers["GET /booking/therapists"] = () => ({
      therapists: [THERAPIST, OTHER],
      answer_within_h: 24,
      own_therapist: false,
    });
    await flow.start();
    await flow.chooseByTime();
  });

  it("shows who is free when, in the first month that has anything, and books whom one picks", async () => {
    const { free, month } = flow.state.get();
    expect([free[0]?.therapist_ids, month]).toEqual([["t2", "t1"], "2026-11"]);
    await flow.pick(free[0]!, "t1");
    expect(flow.state.get()).toMatchObject({ step: "details", therapistId: "t1", picked: SLOT });
    await flow.back();
    expect(flow.state.get()).toMatchObject({ step: "times", by: "time", therapistId: null });
  });

  it("takes the next who is free where the first has just been taken, and only then", async () => {
    const hold = server.answers["POST /booking/holds"] as Answer;
    server.answers["POST /booking/holds"] = (options) => {
      const { therapist_id } = options.body as { therapist_id: string };
      if (therapist_id === "t2") throw new ApiError({ code: "slot_taken" });
      return hold(options);
    };
    await flow.pickAny(flow.state.get().free[0]!);
    expect(flow.state.get()).toMatchObject({ step: "details", therapistId: "t1", problem: null });
    await flow.back();
    server.asked.length = 0;
    server.refuse("POST /booking/holds", "too_many_holds");
    await flow.pickAny(flow.state.get().free[0]!);
    expect(server.calls("POST /booking/holds")).toHaveLength(1);
    expect(flow.state.get()).toMatchObject({ step: "times", problem: { code: "too_many_holds" } });
  });

  it("asks for a month in the zone that is chosen, of those who speak a language", async () => {
    await flow.chooseZone("America/St_Johns");
    await flow.chooseLanguage("en");
    const query = new URLSearchParams(server.paths.at(-1)?.split("?")[1]);
    expect(Object.fromEntries(query)).toEqual({
      from: "2026-11-01",
      to: "2026-11-30",
      tz: "America/St_Johns",
      language: "en",
    });
    expect(languagesToChoose(flow.state.get())).toEqual(["en", "ja"]);
  });

  it("knows where the next free time is when a month has none", async () => {
    const next_free_at = "2026-12-31T20:00:00Z";
    server.answers["GET /booking/times"] = () => ({ times: [], next_free_at });
    await flow.showMonth("2026-12");
    expect(flow.state.get()).toMatchObject({ free: [], nextFreeAt: next_free_at });
    await flow.showMonth("2025-01"); // what is past is not shown
    expect(flow.state.get().month).toBe("2026-11");
  });

  it("shows what was asked for last, whichever answer comes first", async () => {
    const answers: ((value: unknown) => void)[] = [];
    server.answers["GET /booking/times"] = () => new Promise((done) => answers.push(done));
    const first = flow.showMonth("2026-12");
    const second = flow.showMonth("2027-01");
    while (answers.length < 2) await Promise.resolve();
    const late = { starts_at: "2027-01-05T01:00:00Z", therapist_ids: ["t1"] };
    answers[1]?.({ times: [late], next_free_at: null });
    answers[0]?.({ times: [], next_free_at: null });
    await Promise.all([first, second]);
    expect(flow.state.get()).toMatchObject({ month: "2027-01", free: [late] });
  });
});

describe("kinds of sessions", () => {
  beforeEach(async () => {
    server.answers["GET /booking/therapists"] = () => ({
      therapists: [{ ...THERAPIST, kinds: KINDS }, OTHER],
      answer_within_h: 24,
      own_therapist: false,
    });
    await flow.start();
    await flow.chooseTherapist("t1");
  });

  it("begin with the therapist's first, and the one that is chosen goes all the way", async () => {
    expect(kindOf(flow.state.get())?.approval).toBe(true);
    await flow.chooseKind("short");
    expect(server.paths.at(-1)).toContain("session_type_id=short");
    await toDetailsOf("short");
    await flow.confirm();
    for (const route of ["POST /booking/holds", "POST /bookings"]) {
      expect(server.calls(route).at(-1)?.body).toMatchObject({ session_type_id: "short" });
    }
  });

  it("are nobody else's: a time with another therapist is for their first kind", async () => {
    await flow.chooseKind("short");
    await flow.pick(LATER, "t2");
    expect(flow.state.get()).toMatchObject({ therapistId: "t2", kindId: null });
    expect(server.calls("POST /booking/holds").at(-1)?.body).toEqual({
      therapist_id: "t2",
      starts_at: LATER.starts_at,
    });
  });

  async function toDetailsOf(kindId: string): Promise<void> {
    await flow.pick(SLOT);
    expect(flow.state.get().kindId).toBe(kindId);
    flow.editDetails({ name: "山田 花子", email: "hanako@example.jp" });
  }
});

describe("a client who signed in", () => {
  it("books without a link and without saying who they are", async () => {
    server.answers["GET /me"] = () => ({ name: "山田 花子" });
    flow = flowOn(server, Date.parse("2026-11-24T00:00:00Z"), signedIn(server.ask));
    await flow.start();
    await flow.chooseTherapist("t1");
    await flow.pick(SLOT);
    await flow.confirm();
    expect(flow.state.get()).toMatchObject({ step: "done", details: { name: "山田 花子" } });
    expect(server.calls("POST /links/exchange")).toHaveLength(0);
    expect(Object.keys(server.calls("POST /bookings")[0]?.body as object)).not.toContain("email");
  });
});

describe("somebody in care", () => {
  const inCare = async (therapists: object[]) => {
    server.answers["GET /booking/therapists"] = () => ({
      therapists,
      answer_within_h: 24,
      own_therapist: true,
    });
    await flow.start();
    return flow.state.get();
  };

  it("sees the times of their own therapist at once", async () => {
    const state = await inCare([THERAPIST]);
    expect([state.step, state.therapistId, hasChoice(state)]).toEqual(["times", "t1", false]);
  });

  it("sees who covers during a leave beside their own therapist, and can go to either", async () => {
    const state = await inCare([THERAPIST, OTHER]);
    expect([state.step, state.therapistId, hasChoice(state)]).toEqual(["therapists", null, true]);
    expect(["t1", "t2"].map((id) => isCover(state, id))).toEqual([false, true]);
    await flow.chooseTherapist("t2");
    expect(flow.state.get()).toMatchObject({ step: "times", therapistId: "t2" });
    await flow.back();
    expect(flow.state.get().step).toBe("therapists");
  });
});
