import { beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../shared/api";
import { type Answer, FREE, FakeServer, HOLD, LATER, SLOT, flowOn } from "./fakeServer";
import type { BookingFlow } from "./flow";
import { checkDetails, problemsFrom, tidy } from "./form";
import { type LeftOff, leftOffOf } from "./state";

let server: FakeServer;
let flow: BookingFlow;

beforeEach(async () => {
  server = new FakeServer();
  flow = flowOn(server);
  await flow.start();
});

async function toDetails(): Promise<void> {
  await flow.chooseTherapist("t1");
  await flow.pick(SLOT);
  flow.editDetails({ name: " 山田 花子 ", email: "hanako＠example.jp" });
}

describe("a booking", () => {
  it("goes from the link to the confirmation", async () => {
    await toDetails();
    await flow.confirm();
    expect(flow.state.get()).toMatchObject({ step: "done", booking: { booking_id: "b1" } });
    expect(server.calls("POST /bookings")[0]?.body).toEqual({
      therapist_id: "t1",
      starts_at: SLOT.starts_at,
      hold_id: "h1",
      name: "山田 花子",
      email: "hanako@example.jp",
      timezone: "Asia/Tokyo",
      locale: "ja",
    });
  });

  it("asks nobody who they are whom the link already names, also after a reload", async () => {
    server.answers["POST /links/exchange"] = () => ({
      purpose: "booking",
      scope: {},
      name: "山田",
    });
    const first = flowOn(server);
    await first.start();
    await first.chooseTherapist("t1");
    await first.pick(SLOT);
    const again = flowOn(server);
    await again.start(leftOffOf(first.state.get()));
    expect(again.state.get()).toMatchObject({ known: true, details: { name: "山田", email: "" } });
    await again.confirm();
    expect(server.calls("POST /bookings")[0]?.body).not.toHaveProperty("name");
  });

  it("is sent once when confirm is pressed twice", async () => {
    await toDetails();
    await Promise.all([flow.confirm(), flow.confirm()]);
    expect(server.calls("POST /bookings")).toHaveLength(1);
  });

  it("keeps its key when the same content is tried again, and takes a new one for other content", async () => {
    await toDetails();
    server.refuse("POST /bookings", "timeout");
    await flow.confirm();
    await flow.confirm();
    flow.editDetails({ name: "山田" });
    await flow.confirm();
    const [first, second, third] = server
      .calls("POST /bookings")
      .map((options) => options.idempotencyKey);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("offers other times when somebody was faster, and loses nothing typed", async () => {
    await toDetails();
    const alternative = { therapist_id: "t2", ...LATER };
    server.refuse("POST /bookings", "slot_taken", { alternatives: [alternative] });
    await flow.confirm();
    const state = flow.state.get();
    expect(state.problem?.code).toBe("slot_taken");
    expect(state.alternatives).toEqual([alternative]);
    expect(state.details.name).toContain("山田");
    await flow.pick(LATER, "t2");
    expect(flow.state.get()).toMatchObject({ step: "details", therapistId: "t2", picked: LATER });
  });

  it("loses nothing when there is too much going on, and goes on with the same key", async () => {
    await flow.chooseTherapist("t1");
    server.refuse("POST /booking/holds", "too_many_holds", { retry_after_s: 90 });
    await flow.pick(SLOT);
    expect(flow.state.get()).toMatchObject({ step: "times", free: [FREE], busy: "" });
    expect(flow.state.get().problem?.code).toBe("too_many_holds");
    server.answers["POST /booking/holds"] = () => HOLD;
    await toDetails();
    server.refuse("POST /bookings", "too_many_bookings", { retry_after_s: 90 });
    await flow.confirm();
    const { details, hold, picked, problem } = flow.state.get();
    expect(problem?.code).toBe("too_many_bookings");
    expect([details.name, hold, picked]).toEqual([" 山田 花子 ", HOLD, SLOT]);
    server.answers["POST /bookings"] = () => ({ booking_id: "b1" });
    await flow.confirm();
    expect(flow.state.get().step).toBe("done");
    const keys = server.calls("POST /bookings").map((options) => options.idempotencyKey);
    expect(new Set(keys).size).toBe(1);
  });

  it("asks to keep the time again when the hold runs out", async () => {
    await toDetails();
    flow.holdExpired();
    expect(flow.state.get()).toMatchObject({ holdOver: true, hold: null, step: "details" });
    await flow.pick(SLOT);
    expect(flow.state.get()).toMatchObject({ holdOver: false, hold: HOLD });
  });

  it("gives the kept time back on the way back", async () => {
    await toDetails();
    await flow.back();
    expect(flow.state.get().step).toBe("times");
    expect(server.calls("DELETE /booking/holds/h1")).toHaveLength(1);
  });

  it("is not sent with an empty name or a broken address", async () => {
    await toDetails();
    flow.editDetails({ name: " ", email: "hanako@" });
    await flow.confirm();
    expect(flow.state.get().fieldProblems).toEqual({ name: "required", email: "not_an_email" });
    expect(server.calls("POST /bookings")).toHaveLength(0);
  });

  it("stops at a link that does not work", async () => {
    server.refuse("POST /links/exchange", "link_expired");
    await flow.start();
    expect(flow.state.get().fatal?.code).toBe("link_expired");
  });
});

describe("a reload", () => {
  /** What the page left behind, as the browser gives it back, and a page that begins with it. */
  async function reloaded(at = Date.parse("2026-11-24T00:01:00Z")): Promise<BookingFlow> {
    const left: LeftOff = structuredClone(leftOffOf(flow.state.get()));
    server.asked.length = 0;
    const again = flowOn(server, at);
    await again.start(left);
    return again;
  }

  it("goes on at the therapist's times, in the zone that was chosen", async () => {
    await flow.chooseZone("Europe/London");
    await flow.chooseTherapist("t1");
    const { step, therapistId, zone, free } = (await reloaded()).state.get();
    expect([step, therapistId, zone, free]).toEqual(["times", "t1", "Europe/London", [FREE]]);
  });

  it("goes on among everybody's times, in the month and language that were chosen", async () => {
    await flow.chooseByTime();
    await flow.chooseLanguage("en");
    await flow.showMonth("2026-12");
    const { step, by, therapistId, month, language } = (await reloaded()).state.get();
    expect([step, by, therapistId, month, language]).toEqual([
      "times",
      "time",
      null,
      "2026-12",
      "en",
    ]);
  });

  it("keeps the time that was kept, in the session that it is kept for", async () => {
    await toDetails();
    const again = await reloaded();
    expect(again.state.get()).toMatchObject({ step: "details", picked: SLOT, hold: HOLD });
    expect(server.calls("POST /links/exchange")).toHaveLength(0);
    await again.confirm();
    expect(server.calls("POST /bookings")[0]?.body).toMatchObject({ hold_id: "h1" });
  });

  it("asks to keep the time again when the hold has run out meanwhile", async () => {
    await toDetails();
    const again = await reloaded(Date.parse(HOLD.expires_at));
    expect(again.state.get()).toMatchObject({ step: "details", hold: null, holdOver: true });
    expect(server.calls("POST /links/exchange")).toHaveLength(1);
  });

  it("begins anew when the therapist can no longer be booked", async () => {
    await flow.chooseTherapist("t1");
    server.answers["GET /booking/therapists"] = () => ({ therapists: [], own_therapist: false });
    expect((await reloaded()).state.get()).toMatchObject({ step: "therapists", therapistId: null });
  });
});

describe("times that cannot be fetched", () => {
  it("are asked for again, and are not said to be none", async () => {
    const answer = server.answers["GET /booking/slots"] as Answer;
    server.refuse("GET /booking/slots", "network_failed");
    await flow.chooseTherapist("t1");
    expect(flow.state.get()).toMatchObject({
      slotsFailed: true,
      problem: { code: "network_failed" },
    });
    server.answers["GET /booking/slots"] = answer;
    await flow.reloadSlots();
    expect(flow.state.get()).toMatchObject({ slotsFailed: false, problem: null, free: [FREE] });
  });

  it("come all the same when only the link's session had ended", async () => {
    const answer = server.answers["GET /booking/slots"] as Answer;
    server.answers["GET /booking/slots"] = () => {
      server.answers["GET /booking/slots"] = answer;
      throw new ApiError({ code: "unauthenticated" });
    };
    await flow.chooseTherapist("t1");
    expect(flow.state.get()).toMatchObject({ problem: null, free: [FREE] });
    expect(server.calls("POST /links/exchange")).toHaveLength(2);
  });
});

describe("the form", () => {
  it("takes ordinary addresses and refuses what cannot be one", () => {
    const problem = (email: string) => checkDetails({ name: "a", email }).email;
    expect(problem("a.b+c@mail.example.co.jp")).toBeUndefined();
    expect(problem("a b@example.jp")).toBe("not_an_email");
    expect(problem("a@example")).toBe("not_an_email");
  });

  it("makes full-width letters plain in the address only", () => {
    expect(tidy({ name: "ヤマダ", email: "ａ＠ｂ．jp" })).toEqual({
      name: "ヤマダ",
      email: "a@b.jp",
    });
  });

  it("finds its fields in the server's answer", () => {
    expect(problemsFrom({ errors: [{ field: "email", message: "x" }] })).toEqual({
      email: "not_an_email",
    });
  });
});
