/** Before going in: see oneself, hear that the microphone hears, choose devices. */
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { RoomEntry } from "../../api/types";
import { unlockSound } from "../../rtc/sound";
import { useStore } from "../../shared/store";
import { Button } from "../ui/Button";
import { Heading } from "../ui/Heading";
import { Page } from "../ui/Page";
import { When } from "../ui/When";
import { DeviceHelp } from "./DeviceHelp";
import { DevicePickers } from "./DevicePickers";
import { MicMeter } from "./MicMeter";
import { peerName } from "./peerName";
import { Preview } from "./Preview";
import type { RoomSession } from "./session";

export function DeviceCheck({ session, entry }: { session: RoomSession; entry: RoomEntry }) {
  const { t } = useTranslation();
  const local = useStore(session.local.state);
  useEffect(() => session.openDevices(), [session]);
  return (
    <Page title={t("room.title")} wide>
      <div className="check" data-testid="device-check">
        <Heading>{t("room.check.title")}</Heading>
        <p className="lead">
          {t("room.check.lead", { name: peerName(t, entry) })}{" "}
          <When startsAt={entry.starts_at} zone={entry.timezone} />
        </p>
        <div className="check-columns">
          <section aria-label={t("room.check.preview")}>
            <Preview local={session.local} />
            <MicMeter track={local.microphoneOn ? local.microphone : null} />
          </section>
          <section className="card" aria-label={t("room.check.devices")}>
            <DeviceHelp session={session} />
            <DevicePickers local={session.local} />
            <JoinButton session={session} />
            {entry.role === "therapist" ? (
              <a className="button button-quiet" href="/therapist">
                {t("room.toToday")}
              </a>
            ) : null}
          </section>
        </div>
      </div>
    </Page>
  );
}

function JoinButton({ session }: { session: RoomSession }) {
  const { t } = useTranslation();
  const { joining } = useStore(session.state);
  const { opening, camera, microphone, problems } = useStore(session.local.state);
  const trouble = Object.keys(problems).length > 0;
  const join = () => {
    unlockSound();
    void session.join();
  };
  return (
    <div className={trouble ? "join" : "join join-in-view"}>
      <Button
        kind="primary"
        className="button-wide"
        busy={joining}
        onClick={join}
        data-testid="join-button"
      >
        {t(`room.check.${opening ? "join" : wayIn(camera !== null, microphone !== null)}`)}
      </Button>
      {opening ? <p className="fine">{t("room.check.allow")}</p> : null}
    </div>
  );
}

/** Names what will be missing, so that nobody goes in unheard without knowing. */
function wayIn(camera: boolean, microphone: boolean) {
  if (camera) return microphone ? "join" : "joinMuted";
  return microphone ? "joinWithoutCamera" : "joinWithoutBoth";
}
