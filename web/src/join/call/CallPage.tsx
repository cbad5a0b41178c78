/** The call: the other person large, oneself small, controls below, chat beside. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch } from "../../shared/LanguageSwitch";
import { OfflineBanner } from "../../shared/OfflineBanner";
import { useStore } from "../../shared/store";
import type { ChatClient } from "../chat/client";
import { unreadCount } from "../chat/history";
import type { CallLink } from "../room/callLink";
import { DevicePickers } from "../room/DevicePickers";
import type { InsideProps } from "../room/Inside";
import { peerName } from "../room/peerName";
import { guardBack, guardLeaving } from "./backGuard";
import { Dialog } from "../ui/Dialog";
import { Beside, BesideLink } from "./Beside";
import { CallClock } from "./CallClock";
import { ChatPanel } from "./ChatPanel";
import { Controls } from "./Controls";
import { HangUp } from "./HangUp";
import { OneWayNote } from "./OneWayNote";
import { QualityHint } from "./QualityHint";
import { RemoteStage } from "./RemoteStage";
import { SelfView } from "./SelfView";
import { useChatView } from "./useChatView";
import { useQuality } from "./useQuality";
import { useStall } from "./useStall";
import { useShortcuts } from "./useShortcuts";
import { followVisibleArea } from "./visibleArea";

export type CallProps = InsideProps & { chat: ChatClient };

export function CallPage(props: CallProps) {
  const { session, entry, link, chat } = props;
  const { t } = useTranslation();
  const { local } = session;
  const peer = peerName(t, entry);
  const view = useChatView();
  const [open, setOpen] = useState<"devices" | "hangup" | null>(null);
  const verdict = useQuality(link);
  const stalled = useStall(link);
  const page = useRef<HTMLDivElement>(null);
  useShortcuts(local, view.toggle);
  useStaying(link, () => {
    if (open) setOpen(null);
    else if (view.open && view.sheet) view.toggle();
    else setOpen("hangup");
  });
  useEffect(() => (page.current ? followVisibleArea(page.current) : undefined), []);
  useEffect(() => {
    document.title = `${t("call.title", { name: peer })} | Todoku`;
  }, [t, peer]);

  return (
    <div ref={page} className={view.open ? "call call-with-chat" : "call"} data-testid="call">
      <OfflineBanner />
      <main className="call-stage">
        <h1 className="visually-hidden">{t("call.title", { name: peer })}</h1>
        <RemoteStage
          link={link}
          local={local}
          name={peer}
          stalled={stalled}
          onHangUp={() => setOpen("hangup")}
        />
        <SelfView local={local} />
        <div className="call-top">
          <span className="call-name">{peer}</span>
          <CallClock link={link} endsAt={entry.ends_at} zone={entry.timezone} />
          <QualityHint verdict={verdict} />
          <Beside link={link} />
          <LanguageSwitch />
          <OneWayNote link={link} name={peer} />
        </div>
        <Controls
          local={local}
          chat={view}
          unread={useUnread(chat)}
          onDevices={() => setOpen("devices")}
          onHangUp={() => setOpen("hangup")}
        />
      </main>
      {view.open ? <ChatPanel chat={chat} entry={entry} view={view} /> : null}
      <Dialog title={t("call.devices")} open={open === "devices"} onClose={() => setOpen(null)}>
        <DevicePickers local={local} />
        <BesideLink roomId={entry.room_id} role={entry.role} />
      </Dialog>
      <HangUp link={link} open={open === "hangup"} onClose={() => setOpen(null)} />
    </div>
  );
}

/** Back asks first, and says through `onBack` what it means; so does closing the tab while the call works. */
function useStaying(link: CallLink, onBack: () => void): void {
  const connected = useStore(link.state).media === "connected";
  const back = useRef(onBack);
  useEffect(() => {
    back.current = onBack;
  });
  useEffect(() => guardBack(window, () => back.current()), []);
  useEffect(() => (connected ? guardLeaving(window) : undefined), [connected]);
}

function useUnread(chat: ChatClient): number {
  const { history, me, seen } = useStore(chat.state);
  return unreadCount(history, me, seen);
}
