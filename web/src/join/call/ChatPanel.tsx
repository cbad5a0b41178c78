/** The chat beside the video (below it on a phone). */
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { RoomEntry } from "../../api/types";
import { useStore } from "../../shared/store";
import { dayName, timeOfDay, visitorZone } from "../../shared/time";
import type { ChatClient } from "../chat/client";
import { Icon } from "../room/icons";
import { peerName } from "../room/peerName";
import { isConversion } from "../../shared/keys";
import { MessageList } from "./MessageList";
import type { ChatView } from "./useChatView";

const TEXT_MAX = 4000;

interface ChatProps {
  chat: ChatClient;
  entry: RoomEntry;
  view: ChatView;
}

export function ChatPanel({ chat, entry, view }: ChatProps) {
  const { t } = useTranslation();
  const { history, connected, loaded } = useStore(chat.state);
  useEffect(() => {
    const seen = () => void (document.hidden || chat.markSeen());
    seen();
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, [chat, history.latest]);
  return (
    <aside
      ref={view.panel}
      className="chat"
      aria-label={t("chat.title")}
      tabIndex={-1}
      data-testid="chat"
    >
      <div className="chat-head">
        <h2>{t("chat.title")}</h2>
        <button
          type="button"
          className="plain-icon"
          aria-label={t("call.closeChat")}
          data-testid="chat-close"
          onClick={view.toggle}
        >
          <Icon name="close" />
        </button>
      </div>
      {!connected && loaded ? (
        <p className="chat-note" role="status">
          {t("chat.offline")}
        </p>
      ) : null}
      <MessageList chat={chat} entry={entry} />
      {entry.role === "client" ? <Promised chat={chat} entry={entry} /> : null}
      <ChatForm chat={chat} />
    </aside>
  );
}

/** By when the therapist answers what is written now; asked again as the conversation goes on. */
function Promised({ chat, entry }: Omit<ChatProps, "view">) {
  const { t } = useTranslation();
  const { answersBy, history } = useStore(chat.state);
  useEffect(() => void chat.lookPromise(), [chat, history.latest]);
  if (!answersBy) return null;
  const zone = visitorZone();
  const when = `${dayName(answersBy, zone)} ${timeOfDay(answersBy, zone)}`;
  return (
    <p className="chat-promise" data-testid="answers-by">
      {t("chat.promise", { name: peerName(t, entry), when })}
    </p>
  );
}

function ChatForm({ chat }: { chat: ChatClient }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const send = (event: FormEvent) => {
    event.preventDefault();
    chat.post(text);
    setText("");
  };
  const enterSends = (event: KeyboardEvent) => {
    // During Japanese conversion Enter only chooses a word.
    if (event.key !== "Enter" || event.shiftKey || isConversion(event.nativeEvent)) return;
    event.preventDefault();
    form.current?.requestSubmit();
  };
  return (
    <form ref={form} className="chat-form" onSubmit={send}>
      <textarea
        value={text}
        rows={1}
        maxLength={TEXT_MAX}
        placeholder={t("chat.placeholder")}
        aria-label={t("chat.placeholder")}
        data-testid="chat-input"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={enterSends}
      />
      <button
        type="submit"
        className="round chat-send"
        aria-label={t("chat.send")}
        aria-disabled={text.trim() === "" || undefined}
        data-testid="chat-send"
      >
        <Icon name="send" />
      </button>
    </form>
  );
}
