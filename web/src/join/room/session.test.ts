import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeBrowser } from "../../rtc/fake";
import { ApiError } from "../../shared/api";
import type { Channel } from "../../shared/socket";
import { rememberInside } from "./memory";
import type { CallProtocol } from "./protocol";
import { RoomSession, type SessionTools } from "./session";

const PLACE = "/join/token";
const DOOR = { opens_at: "2026-11-25T00:50:00Z", starts_at: "", role: "client", peer_name: "n" };

type Answers = Record<string, () => object>;

class FakeStorage {
  readonly #kept = new Map<string, string>();
  getItem = (key: string) => this.#kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.#kept.set(key, value);
  removeItem = (key: string) => void this.#kept.delete(key);
}

let asked: string[];
let answers: Answers;

function newSession(): RoomSession {
  const ask = async (method: string, path: string) => {
    await Promise.resolve();
    asked.push(`${method} ${path}`);
    return answers[path]?.() ?? {};
  };
  const nothing = () => () => undefined;
  const channel = { connected: false, open: nothing, close: nothing, on: nothing };
  return new RoomSession(
    { by: "link", token: "token" },
    {
      ask: ask as SessionTools["ask"],
      browser: new FakeBrowser().browser,
      connectAhead: () => {
        asked.push("connect");
        return () => void asked.push("give up");
      },
      channel: () =>
        ({
          ...channel,
          onUp: nothing,
          onDown: nothing,
          onRefused: nothing,
        }) as unknown as Channel<CallProtocol>,
      tabId: () => "tab",
      place: PLACE,
    },
  );
}

vi.stubGlobal("window", globalThis);
vi.stubGlobal("addEventListener", vi.fn());

beforeEach(() => {
  vi.stubGlobal("sessionStorage", new FakeStorage());
  vi.stubGlobal("localStorage", new FakeStorage());
  asked = [];
  answers = {
    "/links/exchange": () => ({ scope: { booking_id: "b1" } }),
    "/rooms/door/b1": () => ({ ...DOOR, open: true }),
    "/rooms/enter": () => ({ grant: "g", ice_servers: [] }),
  };
});

describe("a visit to a room", () => {
  it("that is early says when it opens and does not knock", async () => {
    answers["/rooms/door/b1"] = () => ({ ...DOOR, open: false });
    const session = newSession();
    await session.start();
    expect(session.state.get()).toMatchObject({ phase: "early", door: DOOR });
    expect(asked).toEqual(["POST /links/exchange", "GET /rooms/door/b1"]);
  });

  it("goes to the device check once it is open, with the link exchanged only once", async () => {
    answers["/rooms/door/b1"] = () => ({ ...DOOR, open: false });
    const session = newSession();
    await session.start();
    answers["/rooms/door/b1"] = () => ({ ...DOOR, open: true });
    await session.start();
    expect(session.state.get().phase).toBe("check");
    expect(asked.filter((each) => each.includes("exchange"))).toHaveLength(1);
  });

  it("for which a request waits is looked at until the request is answered", async () => {
    const asks = { ...DOOR, open: false, approve_until: "2026-11-24T00:00:00Z" };
    answers["/rooms/door/b1"] = () => asks;
    const session = newSession();
    await session.start();
    expect(await session.look()).toBe(true);
    answers["/rooms/door/b1"] = () => ({ ...asks, approve_until: null });
    expect(await session.look()).toBe(false);
    expect(session.state.get()).toMatchObject({ phase: "early", door: { approve_until: null } });
    answers["/rooms/door/b1"] = () => {
      throw new ApiError({ code: "booking_cancelled", status: 410 });
    };
    await session.look().catch(() => undefined);
    expect(session.state.get()).toMatchObject({
      phase: "refused",
      error: { code: "booking_cancelled" },
    });
  });

  it("goes straight back in after a reload", async () => {
    rememberInside(PLACE, "b1", { cameraOn: false, microphoneOn: false });
    const session = newSession();
    await session.start();
    expect(session.state.get().phase).toBe("inside");
    expect(asked).toEqual(["connect", "POST /rooms/enter"]);
  });

  it("goes back in with its own link when another one's session is there", async () => {
    rememberInside(PLACE, "b1", { cameraOn: true, microphoneOn: true });
    let other = true;
    answers["/rooms/enter"] = () => {
      if (!other) return { grant: "g", ice_servers: [] };
      other = false;
      throw new ApiError({ code: "not_found" });
    };
    const session = newSession();
    await session.start();
    expect(session.state.get().phase).toBe("inside");
    expect(asked.slice(1)).toEqual([
      "POST /rooms/enter",
      "POST /links/exchange",
      "POST /rooms/enter",
    ]);
  });

  it("begins to connect while it asks to come in, and gives that up when refused", async () => {
    const session = newSession();
    await session.start();
    answers["/rooms/enter"] = () => {
      throw new ApiError({ code: "room_ended" });
    };
    asked = [];
    await session.join();
    expect(asked).toEqual(["connect", "POST /rooms/enter", "give up"]);
    expect(session.state.get()).toMatchObject({ phase: "refused", joining: false });
  });

  it("that has stood open for too long opens its link again", async () => {
    let ended = true;
    answers["/rooms/door/b1"] = () => {
      if (!ended) return { ...DOOR, open: true };
      ended = false;
      throw new ApiError({ code: "unauthenticated" });
    };
    const session = newSession();
    await session.start();
    expect(session.state.get().phase).toBe("check");
    expect(asked.filter((each) => each.includes("exchange"))).toHaveLength(2);
  });

  it("that is refused keeps the reason", async () => {
    answers["/rooms/door/b1"] = () => {
      throw new ApiError({ code: "booking_cancelled" });
    };
    const session = newSession();
    await session.start();
    expect(session.state.get()).toMatchObject({
      phase: "refused",
      error: { code: "booking_cancelled" },
    });
  });
});
