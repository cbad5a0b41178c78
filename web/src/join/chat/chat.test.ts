import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ChatChange } from "../../api/types";
import { ApiError } from "../../shared/api";
import type { Channel } from "../../shared/socket";
import { ChatClient, type ChatProtocol, type ChatTools } from "./client";
import { EMPTY, unreadCount, withChanges, withUnsent } from "./history";

function change(sequence: number, more: Partial<ChatChange> = {}): ChatChange {
  return {
    sequence,
    kind: "message",
    message_id: `m${sequence}`,
    sender_id: "other",
    sender_name: "佐藤",
    text: `text ${sequence}`,
    at: "2026-11-24T01:00:00Z",
    client_message_id: null,
    revision: 1,
    deleted: false,
    read_sequence: null,
    ...more,
  };
}

describe("a conversation's history", () => {
  it("is the same however often changes come", () => {
    const once = withChanges(EMPTY, [change(1), change(2)]);
    const twice = withChanges(withChanges(EMPTY, [change(1)]), [change(1), change(2)]);
    expect(twice).toEqual(once);
  });

  it("takes edits and deletes into the message's own place", () => {
    const history = withChanges(EMPTY, [
      change(1),
      change(2),
      change(3, { kind: "edit", message_id: "m1", text: "better", revision: 2 }),
      change(4, { kind: "delete", message_id: "m2", text: null, revision: 2, deleted: true }),
    ]);
    expect(history.messages.map(({ text, deleted }) => [text, deleted])).toEqual([
      ["better", false],
      ["", true],
    ]);
    expect(history.latest).toBe(4);
  });

  it("drops an unsent message when it comes back from the server", () => {
    const unsent = withUnsent(EMPTY, { clientMessageId: "c1", text: "hi", refused: false });
    expect(withChanges(unsent, [change(1, { client_message_id: "c1" })]).unsent).toEqual([]);
  });

  it("counts as unread what others wrote after the mark", () => {
    const history = withChanges(EMPTY, [change(1), change(2, { sender_id: "me" }), change(3)]);
    expect(unreadCount(history, "me", 1)).toBe(1);
  });
});

class FakeChannel {
  connected = false;
  readonly posted: string[] = [];
  refusal: string | undefined;
  log: ChatChange[] = [];
  #up: () => void = () => undefined;
  #poke: (payload: object) => void = () => undefined;

  open = () => undefined;
  close = () => undefined;
  onDown = () => () => undefined;
  onRefused = () => () => undefined;
  onUp = (listener: () => void) => {
    this.#up = listener;
    return () => undefined;
  };
  on = (_event: string, listener: (payload: object) => void) => {
    this.#poke = listener;
    return () => undefined;
  };
  connect(): void {
    this.connected = true;
    this.#up();
  }
  arrive(one: ChatChange): void {
    this.log.push(one);
    this.#poke({ conversation_id: "k", sequence: one.sequence });
  }

  ask = async (event: string, payload: Record<string, unknown>) => {
    await Promise.resolve();
    if (!this.connected) throw new ApiError({ code: "network_failed" });
    if (event === "post") return this.#post(payload);
    return { latest: this.log.length };
  };

  #post(payload: Record<string, unknown>) {
    if (this.refusal) throw new ApiError({ code: this.refusal });
    const sequence = this.log.length + 1;
    this.posted.push(String(payload["text"]));
    this.log.push(
      change(sequence, {
        sender_id: "me",
        text: String(payload["text"]),
        client_message_id: String(payload["client_message_id"]),
      }),
    );
    return { message_id: `m${sequence}`, sequence, at: "" };
  }
}

let channel: FakeChannel;
let kept: Map<string, string>;
/** undefined: the server does not say. */
let promise: string | null | undefined;

function newChat(): ChatClient {
  const ask = async (_method: string, path: string) => {
    await Promise.resolve();
    if (path === "/conversations/k") {
      if (promise === undefined) throw new ApiError({ code: "timeout" });
      return { conversation_id: "k", latest: 0, answers_by: promise };
    }
    const after = Number(/after=(\d+)/.exec(path)?.[1] ?? -1);
    if (after < 0) return { person_id: "me" };
    if (after > channel.log.length) throw new ApiError({ code: "history_reset" });
    const rest = channel.log.filter((each) => each.sequence > after);
    return { changes: rest.slice(0, 2), latest: channel.log.length, more: rest.length > 2 };
  };
  const chat = new ChatClient("k", {
    ask: ask as ChatTools["ask"],
    channel: channel as unknown as Channel<ChatProtocol>,
    session: "link",
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
    },
  });
  chat.start();
  return chat;
}

function texts(chat: ChatClient): string[] {
  return chat.state.get().history.messages.map((each) => each.text);
}

beforeEach(() => {
  channel = new FakeChannel();
  kept = new Map();
});

describe("a chat client", () => {
  it("fetches the whole history page by page", async () => {
    channel.log = [1, 2, 3, 4, 5].map((sequence) => change(sequence));
    const chat = newChat();
    await vi.waitFor(() => expect(texts(chat)).toHaveLength(5));
  });

  it("looks again when poked", async () => {
    const chat = newChat();
    channel.connect();
    channel.arrive(change(1));
    await vi.waitFor(() => expect(texts(chat)).toEqual(["text 1"]));
  });

  it("loads everything again when the server's log was restored from a copy", async () => {
    channel.log = [1, 2, 3].map((sequence) => change(sequence));
    const chat = newChat();
    channel.connect();
    await vi.waitFor(() => expect(texts(chat)).toHaveLength(3));
    channel.log = [];
    channel.arrive(change(1, { text: "restored" }));
    await vi.waitFor(() => expect(texts(chat)).toEqual(["restored"]));
  });

  it("keeps what is written offline, in order, and sends it once when connected", async () => {
    const chat = newChat();
    chat.post("one");
    chat.post("two");
    expect(chat.state.get().history.unsent).toHaveLength(2);
    channel.connect();
    await vi.waitFor(() => expect(texts(chat)).toEqual(["one", "two"]));
    expect(channel.posted).toEqual(["one", "two"]);
    expect(chat.state.get().history.unsent).toEqual([]);
  });

  it("finds unsent messages again after a reload", async () => {
    newChat().post("kept");
    const after = newChat();
    channel.connect();
    await vi.waitFor(() => expect(texts(after)).toEqual(["kept"]));
  });

  it("shows a message the server refuses and does not try it again by itself", async () => {
    const chat = newChat();
    channel.connect();
    channel.refusal = "invalid";
    chat.post("no");
    await vi.waitFor(() => expect(chat.state.get().history.unsent[0]?.refused).toBe(true));
    expect(channel.posted).toEqual([]);
  });

  it("says by when it is answered, and keeps to it while nobody can be asked", async () => {
    const chat = newChat();
    promise = "2026-12-01T08:00:00Z";
    await chat.lookPromise();
    promise = undefined;
    await chat.lookPromise();
    expect(chat.state.get().answersBy).toBe("2026-12-01T08:00:00Z");
    promise = null;
    await chat.lookPromise();
    expect(chat.state.get().answersBy).toBeNull();
  });
});
