/**
 * A conversation kept in step with the server: subscribe first, then fetch what is
 * missing; a poke only says "look again"; unsent messages go out when the network is back.
 */
import type { ChatChanges, ChatReceipt, Conversation, Me } from "../../api/types";
import { type SessionKind, type request, asApiError } from "../../shared/api";
import { newId } from "../../shared/ids";
import type { Channel } from "../../shared/socket";
import { Store } from "../../shared/store";
import {
  EMPTY,
  type History,
  type Unsent,
  withChanges,
  withRefused,
  withUnsent,
  withoutUnsent,
} from "./history";

export interface ChatProtocol {
  send: {
    subscribe: [{ conversation_id: string }, { latest: number }];
    post: [{ conversation_id: string; client_message_id: string; text: string }, ChatReceipt];
    changes: [{ conversation_id: string; after: number }, ChatChanges];
  };
  receive: { poke: { conversation_id: string; sequence: number } };
}

export interface ChatState {
  history: History;
  /** Our own person, to tell our messages from the other's. */
  me: string | null;
  connected: boolean;
  loaded: boolean;
  /** By when a message written now is answered; null: nobody promises. */
  answersBy: string | null;
  /** Up to which sequence this person has seen the chat. */
  seen: number;
}

export interface ChatTools {
  ask: typeof request;
  channel: Channel<ChatProtocol>;
  session: SessionKind;
  storage: Pick<Storage, "getItem" | "setItem">;
}

/** Refusals that trying again cannot help. */
const FINAL = new Set(["invalid", "message_id_reused", "denied", "not_found", "too_large"]);
const RETRY_MS = 2_000;

export class ChatClient {
  readonly state: Store<ChatState>;
  readonly #conversation: string;
  readonly #tools: ChatTools;
  readonly #undo: (() => void)[] = [];
  #fetching: Promise<void> | undefined;
  #again = false;
  #sending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(conversation: string, tools: ChatTools) {
    this.#conversation = conversation;
    this.#tools = tools;
    this.state = new Store<ChatState>({
      history: { ...EMPTY, unsent: this.#stored<Unsent[]>("unsent") ?? [] },
      me: null,
      connected: false,
      loaded: false,
      answersBy: null,
      seen: this.#stored<number>("seen") ?? 0,
    });
  }

  start(): void {
    const { channel } = this.#tools;
    this.#undo.push(
      channel.onUp(() => void this.#up()),
      channel.onDown(() => this.state.update({ connected: false })),
      channel.on("poke", ({ conversation_id }) => {
        if (conversation_id === this.#conversation) void this.#fetch();
      }),
    );
    channel.open();
    void this.#whoAmI();
    // The history does not wait for the socket.
    void this.#fetch();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const undo of this.#undo.splice(0)) undo();
    this.#tools.channel.close();
  }

  /** Shows the message at once and sends it as soon as that is possible. */
  post(text: string): void {
    const message = { clientMessageId: newId(), text: text.trim(), refused: false };
    if (message.text) this.#queue(message);
  }

  tryAgain(clientMessageId: string): void {
    const message = this.#unsent().find((each) => each.clientMessageId === clientMessageId);
    if (!message) return;
    this.discard(clientMessageId);
    this.#queue({ ...message, clientMessageId: newId(), refused: false });
  }

  discard(clientMessageId: string): void {
    this.#setHistory(withoutUnsent(this.state.get().history, clientMessageId));
  }

  /** Everything up to here has been on the screen. */
  markSeen(): void {
    const { history, seen } = this.state.get();
    if (history.latest <= seen) return;
    this.state.update({ seen: history.latest });
    this.#store("seen", history.latest);
    const path = `/conversations/${this.#conversation}/read`;
    const body = { sequence: history.latest };
    const { session } = this.#tools;
    void this.#tools.ask("POST", path, { session, body }).catch(() => undefined);
  }

  async #whoAmI(): Promise<void> {
    try {
      const { session } = this.#tools;
      const { person_id } = await this.#tools.ask<Me>("GET", "/me", { session });
      this.state.update({ me: person_id });
    } catch {
      // Without it all messages stand on the other's side; still readable.
    }
  }

  async #up(): Promise<void> {
    this.state.update({ connected: true });
    try {
      await this.#tools.channel.ask("subscribe", { conversation_id: this.#conversation });
      await this.#fetch();
      await this.#send();
    } catch {
      this.#later(() => this.#tools.channel.connected && this.#up());
    }
  }

  /** One fetch at a time; a poke during one causes another after it. */
  #fetch(): Promise<void> {
    this.#again = true;
    this.#fetching ??= this.#fetchAll().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        const more = await this.#fetchPage();
        this.#again ||= more;
      } catch (error) {
        if (asApiError(error).code !== "history_reset") return this.#later(() => this.#fetch());
        this.#startHistoryAgain();
      }
    }
    this.state.update({ loaded: true });
  }

  /** The server's log is shorter than ours (restored from a copy): what we hold is not the truth. */
  #startHistoryAgain(): void {
    const { unsent } = this.state.get().history;
    this.#setHistory({ ...EMPTY, unsent });
    this.#again = true;
  }

  async #fetchPage(): Promise<boolean> {
    const { latest } = this.state.get().history;
    const path = `/conversations/${this.#conversation}/changes?after=${latest}&limit=200`;
    const { session } = this.#tools;
    const page = await this.#tools.ask<ChatChanges>("GET", path, { session });
    this.#setHistory(withChanges(this.state.get().history, page.changes));
    return page.more && page.changes.length > 0;
  }

  /** Asked again now and then: a promise moves on with the hours. */
  async lookPromise(): Promise<void> {
    try {
      const { session } = this.#tools;
      const path = `/conversations/${this.#conversation}`;
      const { answers_by } = await this.#tools.ask<Conversation>("GET", path, { session });
      this.state.update({ answersBy: answers_by });
    } catch {
      // What was said last stands.
    }
  }

  #queue(message: Unsent): void {
    this.#setHistory(withUnsent(this.state.get().history, message));
    void this.#send();
  }

  /** One after another, so that messages arrive in the order they were written. */
  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) await this.#sendOne(next);
    } catch {
      this.#later(() => this.#send());
    } finally {
      this.#sending = false;
    }
  }

  async #sendOne({ clientMessageId, text }: Unsent): Promise<void> {
    const conversation_id = this.#conversation;
    try {
      const message = { conversation_id, client_message_id: clientMessageId, text };
      await this.#tools.channel.ask("post", message);
    } catch (error) {
      if (!FINAL.has(asApiError(error).code)) throw error;
      return this.#setHistory(withRefused(this.state.get().history, clientMessageId));
    }
    await this.#fetch();
    this.discard(clientMessageId);
  }

  #next(): Unsent | undefined {
    return this.#unsent().find((each) => !each.refused);
  }

  #unsent(): readonly Unsent[] {
    return this.state.get().history.unsent;
  }

  #setHistory(history: History): void {
    this.state.update({ history });
    this.#store("unsent", history.unsent);
  }

  #later(work: () => unknown): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void work(), RETRY_MS);
  }

  #stored<T>(name: string): T | undefined {
    const text = this.#tools.storage.getItem(this.#key(name));
    return text === null ? undefined : (JSON.parse(text) as T);
  }

  #store(name: string, value: unknown): void {
    this.#tools.storage.setItem(this.#key(name), JSON.stringify(value));
  }

  #key(name: string): string {
    return `todoku.chat.${this.#conversation}.${name}`;
  }
}
