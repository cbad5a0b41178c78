import { expect, it, vi } from "vitest";
import { ApiError, type request } from "../shared/api";
import { askingByLink } from "./linkSession";

const ENDED = new ApiError({ code: "unauthenticated" });

function asking(...answers: (object | ApiError)[]) {
  const server = vi.fn(() => {
    const answer = answers.shift() ?? {};
    return answer instanceof ApiError ? Promise.reject(answer) : Promise.resolve(answer);
  });
  const open = vi.fn(() => Promise.resolve());
  return { server, open, ask: askingByLink(server as unknown as typeof request, open) };
}

it("opens the link again when its session has ended, and asks the same once more", async () => {
  const { server, open, ask } = asking(ENDED, { slots: [] });
  expect(await ask("GET", "/booking/slots", { session: "link" })).toEqual({ slots: [] });
  expect(open).toHaveBeenCalledOnce();
  expect(server.mock.calls).toEqual([
    ["GET", "/booking/slots", { session: "link" }],
    ["GET", "/booking/slots", { session: "link" }],
  ]);
});

it("opens it again when another link's session has taken its place", async () => {
  const { open, ask } = asking(new ApiError({ code: "not_found" }), { grant: "g" });
  expect(await ask("POST", "/rooms/enter")).toEqual({ grant: "g" });
  expect(open).toHaveBeenCalledOnce();
});

it("does so once, where no session is ever kept", async () => {
  const { open, ask } = asking(ENDED, ENDED);
  await expect(ask("GET", "/me")).rejects.toThrow("unauthenticated");
  expect(open).toHaveBeenCalledOnce();
});

it("leaves every other refusal to the caller", async () => {
  const { open, ask } = asking(new ApiError({ code: "slot_taken" }));
  await expect(ask("POST", "/bookings")).rejects.toThrow("slot_taken");
  expect(open).not.toHaveBeenCalled();
});
