/** The messages, newest at the bottom and in view; unsent ones below them. */
import { useEffect, useRef, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { RoomEntry } from "../../api/types";
import { useStore } from "../../shared/store";
import { dayName, localDate, timeOfDay, visitorZone } from "../../shared/time";
import type { ChatClient } from "../chat/client";
import type { Message, Unsent } from "../chat/history";
import { partsOf } from "../chat/links";
import { peerName } from "../room/peerName";

export function MessageList({ chat, entry }: { chat: ChatClient; entry: RoomEntry }) {
  const { t } = useTranslation();
  const { history, me, loaded } = useStore(chat.state);
  const count = history.messages.length + history.unsent.length;
  const list = useNewestInView(count);
  return (
    <div ref={list} className="messages" role="log" aria-label={t("chat.messages")} tabIndex={0}>
      <ol>
        {loaded && count === 0 ? <li className="chat-empty">{t("chat.empty")}</li> : null}
        {history.messages.map((message, index) => (
          <MessageItem
            key={message.messageId}
            message={message}
            who={message.senderId === me ? null : peerName(t, entry, message.senderName)}
            newDay={isNewDay(history.messages[index - 1], message)}
          />
        ))}
        {history.unsent.map((message) => (
          <UnsentItem key={message.clientMessageId} message={message} chat={chat} />
        ))}
      </ol>
    </div>
  );
}

const NEARLY_AT_THE_END_PX = 60;

/** Down to a new message; and stays down there when a keyboard makes the list shorter. */
function useNewestInView(count: number): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [count]);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    let atEnd = true;
    const scrolled = () => {
      const below = element.scrollHeight - element.scrollTop - element.clientHeight;
      atEnd = below < NEARLY_AT_THE_END_PX;
    };
    const resized = new ResizeObserver(() => {
      if (atEnd) element.scrollTop = element.scrollHeight;
    });
    element.addEventListener("scroll", scrolled);
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", scrolled);
      resized.disconnect();
    };
  }, []);
  return list;
}

interface MessageProps {
  message: Message;
  /** The sender, null: oneself. */
  who: string | null;
  newDay: boolean;
}

function MessageItem({ message, who, newDay }: MessageProps) {
  const { t } = useTranslation();
  const zone = visitorZone();
  const mine = who === null;
  return (
    <li
      className={mine ? "message message-mine" : "message"}
      data-testid="chat-message"
      data-mine={mine}
    >
      {newDay ? <span className="message-day">{dayName(message.at, zone)}</span> : null}
      <span className="message-who">
        {who ?? t("call.you")} <time>{timeOfDay(message.at, zone)}</time>
      </span>
      <span className={message.deleted ? "bubble bubble-deleted" : "bubble"}>
        {message.deleted ? t("chat.deleted") : <MessageText text={message.text} />}
      </span>
    </li>
  );
}

function UnsentItem({ message, chat }: { message: Unsent; chat: ChatClient }) {
  const { t } = useTranslation();
  return (
    <li className="message message-mine message-unsent" data-testid="chat-unsent">
      <span className="bubble">
        <MessageText text={message.text} />
      </span>
      {message.refused ? (
        <span className="message-who">
          {t("chat.refused")}{" "}
          <button type="button" onClick={() => chat.tryAgain(message.clientMessageId)}>
            {t("common.retry")}
          </button>{" "}
          <button type="button" onClick={() => chat.discard(message.clientMessageId)}>
            {t("chat.discard")}
          </button>
        </span>
      ) : (
        <span className="message-who">{t("chat.sending")}</span>
      )}
    </li>
  );
}

function MessageText({ text }: { text: string }) {
  return partsOf(text).map((part, index) =>
    part.href === undefined ? (
      part.text
    ) : (
      <a
        key={index}
        href={part.href}
        target="_blank"
        rel="noopener noreferrer"
        referrerPolicy="no-referrer"
      >
        {part.text}
      </a>
    ),
  );
}

function isNewDay(before: Message | undefined, message: Message): boolean {
  const zone = visitorZone();
  return before === undefined || localDate(before.at, zone) !== localDate(message.at, zone);
}
