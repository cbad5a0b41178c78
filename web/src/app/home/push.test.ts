import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { keyBytes } from "./push";

const ORIGIN = "https://todoku.example";

/** The service worker's file, run as a browser would, on the things it uses. */
function worker(pages: { url: string; focus: () => void }[] = []) {
  const handlers: Record<string, (event: unknown) => void> = {};
  const self = {
    location: { origin: ORIGIN },
    registration: { showNotification: vi.fn().mockResolvedValue(undefined) },
    clients: {
      matchAll: vi.fn().mockResolvedValue(pages),
      openWindow: vi.fn().mockResolvedValue(null),
    },
    addEventListener: (name: string, handler: (event: unknown) => void) => {
      handlers[name] = handler;
    },
  };
  new Function("self", readFileSync("public/push-worker.js", "utf-8"))(self);
  const tell = async (name: string, event: object) => {
    let work: Promise<unknown> = Promise.resolve();
    handlers[name]?.({ ...event, waitUntil: (given: Promise<unknown>) => (work = given) });
    await work;
  };
  return { self, tell };
}

const clicked = (url: string) => ({ notification: { close: vi.fn(), data: { url } } });

describe("the push worker", () => {
  it("shows what the message says", async () => {
    const { self, tell } = worker();
    const told = { title: "Todoku", body: "予約が確定しました。", url: "/therapist", lang: "ja" };
    await tell("push", { data: { json: () => told } });
    const [title, options] = self.registration.showNotification.mock.calls[0] ?? [];
    expect(title).toBe("Todoku");
    expect(options).toMatchObject({ body: told.body, lang: "ja", data: { url: "/therapist" } });
  });

  it("shows something also for a message without content, as browsers demand", async () => {
    const { self, tell } = worker();
    await tell("push", { data: null });
    expect(self.registration.showNotification).toHaveBeenCalledOnce();
  });

  it("leads to a page of ours that is open, or opens one", async () => {
    const focus = vi.fn();
    const open = worker([{ url: `${ORIGIN}/therapist?day=1`, focus }]);
    await open.tell("notificationclick", clicked("/therapist"));
    expect(focus).toHaveBeenCalledOnce();
    expect(open.self.clients.openWindow).not.toHaveBeenCalled();
    const closed = worker();
    await closed.tell("notificationclick", clicked("/"));
    expect(closed.self.clients.openWindow).toHaveBeenCalledWith(`${ORIGIN}/`);
  });

  it("never leads to somebody else's page", async () => {
    const { self, tell } = worker();
    await tell("notificationclick", clicked("https://evil.example/"));
    await tell("notificationclick", clicked("//evil.example/"));
    expect(self.clients.openWindow).not.toHaveBeenCalled();
  });
});

describe("the sender's key", () => {
  it("is read from Base64 for addresses", () => {
    expect([...keyBytes("-_8A")]).toEqual([0xfb, 0xff, 0x00]);
  });
});
