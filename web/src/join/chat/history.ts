/**
 * Pure: a conversation as the client shows it, built from the server's change log
 * (the truth) and from what was written here but not confirmed yet.
 */
import type { ChatChange } from "../../api/types";

export interface Message {
  messageId: string;
  clientMessageId: string | null;
  /** Of the change that made the message: the order everybody sees. */
  sequence: number;
  revision: number;
  senderId: string;
  senderName: string;
  text: string;
  at: string;
  deleted: boolean;
}

export interface Unsent {
  clientMessageId: string;
  text: string;
  /** The server said no; the person decides what to do. */
  refused: boolean;
}

export interface History {
  messages: readonly Message[];
  /** The last change seen. */
  latest: number;
  unsent: readonly Unsent[];
}

export const EMPTY: History = { messages: [], latest: 0, unsent: [] };

/** Changes may come twice or overlap: those already seen change nothing. */
export function withChanges(history: History, changes: readonly ChatChange[]): History {
  const messages = new Map(history.messages.map((each) => [each.messageId, each]));
  const fresh = changes.filter((change) => change.sequence > history.latest);
  for (const change of fresh) applyOne(messages, change);
  const arrived = new Set(fresh.map((change) => change.client_message_id));
  return {
    messages: [...messages.values()].sort((a, b) => a.sequence - b.sequence),
    latest: fresh.reduce((latest, change) => Math.max(latest, change.sequence), history.latest),
    unsent: history.unsent.filter((each) => !arrived.has(each.clientMessageId)),
  };
}

export function withUnsent(history: History, message: Unsent): History {
  const others = history.unsent.filter((each) => each.clientMessageId !== message.clientMessageId);
  return { ...history, unsent: [...others, message] };
}

export function withoutUnsent(history: History, clientMessageId: string): History {
  const unsent = history.unsent.filter((each) => each.clientMessageId !== clientMessageId);
  return { ...history, unsent };
}

export function withRefused(history: History, clientMessageId: string): History {
  const unsent = history.unsent.map((each) =>
    each.clientMessageId === clientMessageId ? { ...each, refused: true } : each,
  );
  return { ...history, unsent };
}

/** Messages of others after a mark. */
export function unreadCount(history: History, me: string | null, seen: number): number {
  return history.messages.filter(
    (each) => each.sequence > seen && each.senderId !== me && !each.deleted,
  ).length;
}

function applyOne(messages: Map<string, Message>, change: ChatChange): void {
  if (change.message_id === null) return;
  const known = messages.get(change.message_id);
  if (known && known.revision >= change.revision) return;
  messages.set(change.message_id, {
    messageId: change.message_id,
    clientMessageId: change.client_message_id,
    sequence: known?.sequence ?? change.sequence,
    revision: change.revision,
    senderId: known?.senderId ?? change.sender_id,
    senderName: known?.senderName ?? change.sender_name,
    text: change.text ?? "",
    at: known?.at ?? change.at,
    deleted: change.deleted,
  });
}
