import { beforeEach, describe, expect, it } from "vitest";
import { FakeServer, SLOT, flowOn } from "./fakeServer";
import { awaited } from "./answers";
import type { BookingFlow } from "./flow";
import { leftOffOf } from "./state";

const REQUEST = { booking_id: "b1", status: "requested", approve_until: "2026-11-25T00:00:00Z" };
const ONE = { booking_id: "b1", ...SLOT, status: "requested", join_url: null };
const OTHER = { ...ONE, booking_id: "b2" };

let server: FakeServer;
let flow: BookingFlow;

beforeEach(async () => {
  server = new FakeServer();
  server.answers["POST /bookings"] = () => REQUEST;
  server.answers["GET /bookings/b1"] = () => REQUEST;
  flow = flowOn(server);
  await flow.start();
  await flow.chooseTherapist("t1");
  await flow.pick(SLOT);
  flow.editDetails({ name: "山田 花子", email: "hanako@example.jp" });
});

describe("a request that was sent", () => {
  it("is asked about until it is answered, and stands as it was answered", async () => {
    await flow.confirm();
    expect(await flow.answers.look()).toBe(true);
    server.answers["GET /bookings/b1"] = () => ({ ...REQUEST, status: "confirmed" });
    expect(await flow.answers.look()).toBe(false);
    expect(flow.state.get()).toMatchObject({ step: "done", booking: { status: "confirmed" } });
    await flow.answers.look();
    expect(server.calls("GET /bookings/b1")).toHaveLength(2);
  });

  it("is not asked about where it is booked at once", async () => {
    server.answers["POST /bookings"] = () => ({ ...REQUEST, status: "confirmed" });
    await flow.confirm();
    expect(awaited(flow.state.get())).toEqual([]);
    expect(await flow.answers.look()).toBe(false);
    expect(server.calls("GET /bookings/b1")).toHaveLength(0);
  });

  it("is still its sender's after a reload: no new session is begun", async () => {
    await flow.confirm();
    const left = structuredClone(leftOffOf(flow.state.get()));
    const again = flowOn(server);
    again.showDone({ booking: REQUEST as never }, "hanako@example.jp");
    await again.start(left);
    await again.answers.look();
    expect(server.calls("POST /links/exchange")).toHaveLength(1);
    expect(again.state.get()).toMatchObject({ step: "done", fatal: null });
  });
});

describe("a series of requests", () => {
  it("has an answer for each, and those alone are asked about that wait", async () => {
    server.answers["POST /series/preview"] = () => ({
      timezone: "Asia/Tokyo",
      occurrences: [{ ...SLOT, why: null, alternatives: [], outside_hours: false }],
    });
    server.answers["POST /series"] = () => ({ bookings: [ONE, OTHER], conflicts: [] });
    server.answers["GET /bookings/b1"] = () => ({ ...ONE, status: "cancelled" });
    server.answers["GET /bookings/b2"] = () => OTHER;
    flow.series.choose({ weeks: 2, count: 2 });
    await flow.series.look();
    await flow.confirm();
    expect(await flow.answers.look()).toBe(true);
    server.answers["GET /bookings/b2"] = () => ({ ...OTHER, status: "confirmed" });
    expect(await flow.answers.look()).toBe(false);
    const { series } = flow.state.get();
    expect(series?.bookings.map((one) => one.status)).toEqual(["cancelled", "confirmed"]);
    expect(server.calls("GET /bookings/b1")).toHaveLength(1);
  });
});
