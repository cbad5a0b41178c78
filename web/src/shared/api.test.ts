import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError, asApiError, request } from "./api";

function answer(status: number, body: unknown, type = "application/problem+json"): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = new Response(text, { status, headers: { "Content-Type": type } });
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue(response));
}

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

afterEach(() => vi.unstubAllGlobals());

describe("a request to the server", () => {
  it("says whose session it means and carries its idempotency key and version", async () => {
    answer(200, { ok: 1 }, "application/json");
    await request("PATCH", "/therapist/pace", {
      session: "link",
      body: { capacity: 4 },
      idempotencyKey: "k1",
      ifMatch: 7,
    });
    const [url, init] = vi.mocked(fetch).mock.calls[0] ?? [];
    expect(url).toBe("/api/therapist/pace");
    expect(init?.headers).toMatchObject({
      "Todoku-Session": "link",
      "Idempotency-Key": "k1",
      "If-Match": '"7"',
    });
    expect(init?.body).toBe('{"capacity":4}');
  });

  it("turns a problem into an ApiError with its code and its extra members", async () => {
    answer(409, { type: "x", title: "t", status: 409, code: "slot_taken", alternatives: [1] });
    const error = await failure(request("POST", "/bookings", { body: {} }));
    expect([error.code, error.status, error.extra]).toEqual([
      "slot_taken",
      409,
      { alternatives: [1] },
    ]);
  });

  it("turns an answer that is not JSON into an ApiError", async () => {
    answer(502, "<html>bad gateway</html>", "text/html");
    expect((await failure(request("GET", "/me"))).code).toBe("unavailable");
  });

  it("turns a lost network into an ApiError", async () => {
    vi.stubGlobal("fetch", vi.fn().mockRejectedValue(new TypeError("Failed to fetch")));
    expect((await failure(request("GET", "/me"))).code).toBe("network_failed");
  });

  it("answers nothing for 204", async () => {
    vi.stubGlobal("fetch", vi.fn().mockResolvedValue(new Response(null, { status: 204 })));
    expect(await request("DELETE", "/sessions/current")).toBeUndefined();
  });
});

it("wraps any thrown value", () => {
  expect(asApiError(new Error("boom")).code).toBe("client_failed");
});
