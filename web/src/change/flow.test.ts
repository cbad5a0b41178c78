import { describe, expect, it } from "vitest";
import { ApiError, type request } from "../shared/api";
import { ChangeFlow } from "./flow";

const NOW = Date.parse("2026-11-24T00:00:00Z");
const BOOKING = {
  booking_id: "b1",
  starts_at: "2026-11-25T00:00:00Z",
  ends_at: "2026-11-25T00:45:00Z",
  timezone: "Asia/Tokyo",
  status: "confirmed",
  change_until: "2026-11-24T22:00:00Z",
};
const SLOTS = [
  { starts_at: BOOKING.starts_at, ends_at: BOOKING.ends_at },
  { starts_at: "2026-11-26T00:00:00Z", ends_at: "2026-11-26T00:45:00Z" },
];

interface Asked {
  method: string;
  path: string;
  body?: unknown;
  idempotencyKey?: string | undefined;
}

function world(answers: Record<string, unknown> = {}) {
  const asked: Asked[] = [];
  const ask = (async (method: string, path: string, options: Record<string, unknown> = {}) => {
    asked.push({ method, path, ...options } as Asked);
    const [name = ""] = path.split("?");
    const given = answers[`${method} ${name}`];
    if (given instanceof Error) throw given;
    if (given !== undefined) return given;
    if (name === "/links/exchange") return { purpose: "join", scope: { booking_id: "b1" } };
    if (name.endsWith("/times")) return { slots: SLOTS };
    return BOOKING;
  }) as typeof request;
  const flow = new ChangeFlow("token", { ask, now: () => NOW, zone: "Asia/Tokyo" });
  const wrote = () => asked.filter(({ path }) => /reschedule|cancel/.test(path));
  return { flow, asked, wrote, state: () => flow.state.get() };
}

describe("a booking of a series", () => {
  it("is cancelled alone, or with all later ones when that is asked for", async () => {
    for (const [later, verb] of [
      [false, "cancel"],
      [true, "cancel-later"],
    ] as const) {
      const { flow, wrote } = world();
      await flow.start("cancel");
      await flow.cancel("", later);
      expect(wrote().map(({ path }) => path)).toEqual([`/bookings/b1/${verb}`]);
    }
  });
});

describe("a session that did not take place", () => {
  it("offers its times at once, and books a new one with one key", async () => {
    const missed = { ...BOOKING, status: "noshow", change_until: null };
    const made = { booking_id: "b2", starts_at: SLOTS[1]!.starts_at, status: "confirmed" };
    const { flow, asked, state } = world({
      "GET /bookings/b1": missed,
      "POST /bookings/b1/again": made,
    });
    await flow.start("again");
    expect(state().view).toBe("times");
    flow.pick(state().slots[0]!);
    await Promise.all([flow.move(), flow.move()]);
    const wrote = asked.filter(({ path }) => path.endsWith("/again"));
    expect(wrote.map(({ body }) => body)).toEqual([{ starts_at: SLOTS[1]!.starts_at }]);
    expect(state().view).toBe("moved");
    expect(state().booking).toMatchObject({
      booking_id: "b2",
      status: "confirmed",
      join_url: null,
    });
  });

  it("opens what it is asked for only where it was missed", async () => {
    const { flow, state } = world();
    await flow.start("again");
    expect(state().view).toBe("booking");
  });
});

describe("changing a booking", () => {
  it("shows what the mail asks for and changes nothing by itself", async () => {
    for (const wish of ["change", "cancel", null, "nonsense"]) {
      const { flow, wrote } = world();
      await flow.start(wish);
      expect(wrote()).toEqual([]);
    }
    const { flow, state } = world();
    await flow.start("cancel");
    expect(state().view).toBe("cancelling");
  });

  it("shows times in the booking's zone, wherever it is opened", async () => {
    const { flow, asked, state } = world({
      "GET /bookings/b1": { ...BOOKING, timezone: "Europe/Paris" },
    });
    await flow.start("change");
    expect(state().zone).toBe("Europe/Paris");
    expect(asked.at(-1)?.path).toContain("tz=Europe%2FParis");
  });

  it("offers every time but the present one, and moves once with one key", async () => {
    const { flow, wrote, state } = world();
    await flow.start("change");
    expect(state().slots.map((slot) => slot.starts_at)).toEqual(["2026-11-26T00:00:00Z"]);
    flow.pick(state().slots[0]!);
    await Promise.all([flow.move(), flow.move()]);
    expect(state().view).toBe("moved");
    expect(wrote().length).toBe(1);
    expect(wrote()[0]?.body).toEqual({ starts_at: "2026-11-26T00:00:00Z" });
    expect(wrote()[0]?.idempotencyKey).toBeTruthy();
  });

  it("goes back to the times when somebody was faster, says so, and asks for them anew", async () => {
    const taken = new ApiError({ code: "slot_taken" });
    const { flow, asked, state } = world({ "POST /bookings/b1/reschedule": taken });
    await flow.start("change");
    flow.pick(state().slots[0]!);
    await flow.move();
    expect(state().view).toBe("times");
    expect(state().problem?.code).toBe("slot_taken");
    expect(asked.filter(({ path }) => path.includes("/times")).length).toBe(2);
  });

  it("keeps the question open when cancelling fails, and repeats it under the same key", async () => {
    const { flow, wrote, state } = world({
      "POST /bookings/b1/cancel": new ApiError({ code: "offline" }),
    });
    await flow.start("cancel");
    await flow.cancel("later");
    await flow.cancel("later");
    expect(state().view).toBe("cancelling");
    expect(state().problem?.code).toBe("offline");
    const keys = wrote().map(({ idempotencyKey }) => idempotencyKey);
    expect(keys.length).toBe(2);
    expect(new Set(keys).size).toBe(1);
  });

  it("shows a booking that can no longer be changed, and nothing to change it with", async () => {
    const late = { ...BOOKING, change_until: "2026-11-23T22:00:00Z" };
    const { flow, state } = world({ "GET /bookings/b1": late });
    await flow.start("cancel");
    expect(flow.changeable).toBe(false);
    expect(state().view).toBe("booking");
  });

  it("says of a link that does not work that it does not", async () => {
    const { flow, state } = world({
      "POST /links/exchange": new ApiError({ code: "link_invalid" }),
    });
    await flow.start(null);
    expect(state().fatal?.code).toBe("link_invalid");
  });

  it("looks for a free day in the months to come, and comes back when there is none", async () => {
    const { flow, asked, state } = world({ "GET /bookings/b1/times": { slots: [] } });
    await flow.start("change");
    await flow.findFree();
    expect(state().month).toBe("2026-11");
    expect(asked.filter(({ path }) => path.includes("/times")).length).toBe(5);
  });
});

describe("a booking that is cancelled elsewhere meanwhile", () => {
  it("is shown as it is now after the refusal, without times", async () => {
    const answers: Record<string, unknown> = {};
    const { flow, state } = world(answers);
    await flow.start("change");
    flow.pick(SLOTS[1]!);
    answers["POST /bookings/b1/reschedule"] = new ApiError({ code: "booking_status_conflict" });
    answers["GET /bookings/b1"] = { ...BOOKING, status: "cancelled", change_until: null };
    await flow.move();
    expect(state()).toMatchObject({
      view: "booking",
      booking: { status: "cancelled" },
      problem: { code: "booking_status_conflict" },
    });
  });
});

describe("a request", () => {
  const REQUEST = { ...BOOKING, status: "requested", approve_until: "2026-11-25T00:00:00Z" };

  it("is looked at until it is answered, and shown as it was answered", async () => {
    const answers: Record<string, unknown> = { "GET /bookings/b1": REQUEST };
    const { flow, state } = world(answers);
    await flow.start(null);
    expect(flow.awaits).toBe(true);
    expect(await flow.look()).toBe(true);
    answers["GET /bookings/b1"] = { ...REQUEST, status: "cancelled", cancelled_by: "therapist" };
    flow.show("moved");
    expect(await flow.look()).toBe(false);
    expect(state()).toMatchObject({ view: "booking", booking: { status: "cancelled" } });
  });

  it("is left alone while its client chooses another time", async () => {
    const answers: Record<string, unknown> = { "GET /bookings/b1": REQUEST };
    const { flow, state } = world(answers);
    await flow.start("change");
    expect(flow.awaits).toBe(false);
    answers["GET /bookings/b1"] = { ...REQUEST, status: "confirmed" };
    await flow.look();
    expect(state()).toMatchObject({ view: "times", booking: { status: "requested" } });
  });
});
