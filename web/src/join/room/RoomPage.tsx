/** The page behind a join link and behind a therapist's session: one visit to a room. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { realBrowser } from "../../rtc/browser";
import { request } from "../../shared/api";
import { tabId } from "../../shared/ids";
import { connectAhead, openChannel } from "../../shared/socket";
import { useStore } from "../../shared/store";
import { Loading } from "../ui/Loading";
import { Page } from "../ui/Page";
import { DeviceCheck } from "./DeviceCheck";
import { EarlyPage } from "./EarlyPage";
import { Inside } from "./Inside";
import { OverPage } from "./OverPage";
import type { CallProtocol } from "./protocol";
import { RefusedPage } from "./RefusedPage";
import { type Invitation, RoomSession } from "./session";

export function RoomPage({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation();
  const [session] = useState(() => newSession(invitation));
  const { phase, door, error, entry, link } = useStore(session.state);
  useEffect(() => void session.start(), [session]);

  switch (phase) {
    case "entering":
      return (
        <Page title={t("room.title")}>
          <Loading />
        </Page>
      );
    case "early":
      return door ? <EarlyPage session={session} door={door} /> : null;
    case "refused":
      return <RefusedPage session={session} error={error} />;
    case "check":
      return entry ? <DeviceCheck session={session} entry={entry} /> : null;
    case "inside":
      return entry && link ? <Inside session={session} entry={entry} link={link} /> : null;
    case "over":
      return entry && link ? <OverPage session={session} entry={entry} link={link} /> : null;
  }
}

function newSession(invitation: Invitation): RoomSession {
  return new RoomSession(invitation, {
    ask: request,
    browser: realBrowser,
    connectAhead,
    channel: (auth) => openChannel<CallProtocol>("/call", auth),
    tabId,
    place: location.pathname,
  });
}
