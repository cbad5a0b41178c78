/** Inside a room: the waiting room, the therapist's lobby, or the call. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RoomEntry } from "../../api/types";
import { openChannel } from "../../shared/socket";
import { useStore } from "../../shared/store";
import { CallPage } from "../call/CallPage";
import { ChatClient, type ChatProtocol } from "../chat/client";
import { Loading } from "../ui/Loading";
import { Page } from "../ui/Page";
import { ReloadButton } from "../ui/ReloadButton";
import { useLasting } from "../ui/useLasting";
import type { CallLink } from "./callLink";
import { Lobby } from "./Lobby";
import { screenOf } from "./screens";
import type { RoomSession } from "./session";
import { WaitingRoom } from "./WaitingRoom";

export interface InsideProps {
  session: RoomSession;
  entry: RoomEntry;
  link: CallLink;
}

export function Inside(props: InsideProps) {
  const { t } = useTranslation();
  const { snapshot } = useStore(props.link.state);
  const chat = useChat(props);
  switch (screenOf(snapshot)) {
    case "connecting":
      return (
        <Page title={t("room.title")}>
          <Loading text={t("room.connecting")} />
          <StillConnecting />
        </Page>
      );
    case "waiting_room":
      return <WaitingRoom {...props} />;
    case "lobby":
      return <Lobby {...props} />;
    case "call":
      return <CallPage {...props} chat={chat} />;
  }
}

/** Before the first word from the server. */
function StillConnecting() {
  const { t } = useTranslation();
  if (!useLasting("connecting")) return null;
  return (
    <div className="card card-center" role="status" data-testid="still-connecting">
      <p>{t("room.lasting")}</p>
      <ReloadButton />
    </div>
  );
}

function useChat({ session, entry }: InsideProps): ChatClient {
  const [chat] = useState(
    () =>
      new ChatClient(entry.conversation_id, {
        ask: session.ask,
        channel: openChannel<ChatProtocol>("/chat", () => ({ session: session.kind })),
        session: session.kind,
        storage: sessionStorage,
      }),
  );
  useEffect(() => {
    chat.start();
    return () => chat.close();
  }, [chat]);
  return chat;
}
