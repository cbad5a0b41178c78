import { beforeEach, describe, expect, it } from "vitest";
import { FakeServer, SLOT, flowOn } from "./fakeServer";
import type { BookingFlow } from "./flow";
import { type Occurrence, freeOf, repeatEvery } from "./series";
import { leftOffOf } from "./state";

const NEXT = { starts_at: "2026-12-08T01:00:00Z", ends_at: "2026-12-08T01:45:00Z" };
const FREE: Occurrence = {
  ...SLOT,
  why: null,
  alternatives: [],
  outside_hours: false,
  instead_of: null,
};
const LATER: Occurrence = {
  ...NEXT,
  why: null,
  alternatives: [],
  outside_hours: false,
  instead_of: null,
};
const GONE: Occurrence = {
  ...NEXT,
  why: "taken",
  alternatives: [],
  outside_hours: false,
  instead_of: null,
};
const FORTNIGHTLY = { weeks: 2, count: 2 };

let server: FakeServer;
let flow: BookingFlow;

beforeEach(async () => {
  server = new FakeServer();
  server.answers["POST /series/preview"] = () => ({
    timezone: "Asia/Tokyo",
    occurrences: [FREE, LATER],
  });
  server.answers["POST /series"] = () => ({ series_id: "s1", bookings: [], conflicts: [] });
  flow = flowOn(server);
  await flow.start();
  await flow.chooseTherapist("t1");
  await flow.pick(SLOT);
});

function typeDetails(): void {
  flow.editDetails({ name: "山田 花子", email: "hanako@example.jp" });
}

describe("a series", () => {
  it("is looked at before anybody says who they are", async () => {
    flow.series.choose(FORTNIGHTLY);
    await flow.series.look();
    expect(flow.state.get().outlook).toEqual([FREE, LATER]);
    expect(server.calls("POST /series/preview")[0]?.body).toEqual({
      therapist_id: "t1",
      starts_at: SLOT.starts_at,
      hold_id: "h1",
      timezone: "Asia/Tokyo",
      locale: "ja",
      interval_weeks: 2,
      count: 2,
      whole: false,
    });
  });

  it("is booked all or nothing where all was seen to be free", async () => {
    flow.series.choose(FORTNIGHTLY);
    await flow.series.look();
    typeDetails();
    await Promise.all([flow.confirm(), flow.confirm()]);
    expect(flow.state.get()).toMatchObject({ step: "done", series: { series_id: "s1" } });
    const [sent, ...more] = server.calls("POST /series");
    expect([more.length, server.calls("POST /bookings").length]).toEqual([0, 0]);
    expect(sent?.body).toMatchObject({ name: "山田 花子", whole: true });
    expect(sent?.idempotencyKey).toBeTruthy();
  });

  it("is booked as far as it is free where some of it was seen to be taken", async () => {
    server.answers["POST /series/preview"] = () => ({ timezone: "", occurrences: [FREE, GONE] });
    flow.series.choose(FORTNIGHTLY);
    await flow.series.look();
    typeDetails();
    await flow.confirm();
    expect(server.calls("POST /series")[0]?.body).toMatchObject({ whole: false });
  });

  it("shows anew what is free when a date went meanwhile, and keeps what was typed", async () => {
    flow.series.choose(FORTNIGHTLY);
    await flow.series.look();
    typeDetails();
    server.refuse("POST /series", "slot_taken", { conflicts: [] });
    server.answers["POST /series/preview"] = () => ({ timezone: "", occurrences: [FREE, GONE] });
    await flow.confirm();
    await expect.poll(() => flow.state.get().outlook).toEqual([FREE, GONE]);
    const { step, problem, hold, details, busy } = flow.state.get();
    expect([step, problem?.code, hold?.hold_id, details.name, busy]).toEqual([
      "details",
      "slot_taken",
      "h1",
      "山田 花子",
      "",
    ]);
  });

  it("is not sent while its dates are unknown, or none is free", async () => {
    flow.series.choose(FORTNIGHTLY);
    typeDetails();
    await flow.confirm();
    server.answers["POST /series/preview"] = () => ({ timezone: "", occurrences: [GONE] });
    await flow.series.look();
    await flow.confirm();
    expect(server.calls("POST /series")).toHaveLength(0);
    expect(flow.state.get().busy).toBe("");
  });

  it("shows what was chosen last, whichever answer comes last", async () => {
    const answers: ((found: Occurrence[]) => void)[] = [];
    server.answers["POST /series/preview"] = () =>
      new Promise((done) => {
        answers.push((occurrences) => done({ timezone: "", occurrences }));
      });
    flow.series.choose(FORTNIGHTLY);
    const first = flow.series.look();
    flow.series.choose({ weeks: 1, count: 2 });
    const second = flow.series.look();
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.([FREE]);
    await second;
    answers[0]?.([GONE]);
    await first;
    expect(flow.state.get().outlook).toEqual([FREE]);
  });

  it("outlives a reload", async () => {
    flow.series.choose(FORTNIGHTLY);
    const again = flowOn(server);
    await again.start(structuredClone(leftOffOf(flow.state.get())));
    expect(again.state.get()).toMatchObject({ step: "details", repeat: FORTNIGHTLY });
  });
});

describe("a date that is not free", () => {
  const OTHER = { starts_at: "2026-12-08T02:00:00Z", ends_at: "2026-12-08T02:45:00Z" };
  const TAKEN: Occurrence = { ...GONE, alternatives: [OTHER] };

  beforeEach(async () => {
    server.answers["POST /series/preview"] = ({ body }) => {
      const { instead } = body as { instead?: { of: string; starts_at: string }[] };
      const second = instead ? { ...LATER, ...OTHER, instead_of: GONE.starts_at } : TAKEN;
      return { timezone: "Asia/Tokyo", occurrences: [FREE, second] };
    };
    flow.series.choose(FORTNIGHTLY);
    await flow.series.look();
  });

  it("is moved to a time nearby, and the whole series is booked with it", async () => {
    await flow.series.move(TAKEN, OTHER.starts_at);
    expect(flow.state.get().outlook?.map((one) => one.why)).toEqual([null, null]);
    typeDetails();
    await flow.confirm();
    expect(server.calls("POST /series")[0]?.body).toMatchObject({
      whole: true,
      instead: [{ of: GONE.starts_at, starts_at: OTHER.starts_at }],
    });
  });

  it("is back where it was once that is taken back", async () => {
    await flow.series.move(TAKEN, OTHER.starts_at);
    await flow.series.move(flow.state.get().outlook![1]!, null);
    expect(flow.state.get()).toMatchObject({ moved: [], outlook: [FREE, TAKEN] });
  });

  it("is not booked before it was seen where it was moved to, and stays in sight meanwhile", async () => {
    typeDetails();
    const moves = flow.series.move(TAKEN, OTHER.starts_at);
    expect(flow.state.get().outlook).toEqual([FREE, TAKEN]);
    await flow.confirm();
    expect(server.calls("POST /series")).toHaveLength(0);
    await moves;
    await flow.confirm();
    expect(server.calls("POST /series")).toHaveLength(1);
  });

  it("stays moved through a reload, and not through another rhythm or another time", async () => {
    await flow.series.move(TAKEN, OTHER.starts_at);
    const left = structuredClone(leftOffOf(flow.state.get()));
    const again = flowOn(server);
    await again.start(left);
    expect(again.state.get().moved).toHaveLength(1);
    await again.pick({ starts_at: "2026-11-24T02:00:00Z" });
    expect(again.state.get().moved).toEqual([]);
    flow.series.choose({ weeks: 1, count: 3 });
    expect(flow.state.get().moved).toEqual([]);
  });
});

describe("a rhythm", () => {
  it("keeps how often, and ends with just once", () => {
    expect(repeatEvery(2, null)).toEqual({ weeks: 2, count: 4 });
    expect(repeatEvery(1, { weeks: 2, count: 10 })).toEqual({ weeks: 1, count: 10 });
    expect(repeatEvery(0, FORTNIGHTLY)).toBeNull();
    expect(freeOf([FREE, GONE])).toEqual([FREE]);
  });
});
