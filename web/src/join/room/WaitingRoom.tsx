/** The client waits here: is the therapist there, when does it begin, what happens next. */
import { useTranslation } from "react-i18next";
import { useStore } from "../../shared/store";
import { rangeWithZone } from "../../shared/time";
import { Button } from "../ui/Button";
import { Heading } from "../ui/Heading";
import { Page } from "../ui/Page";
import { ConnectionNote } from "./ConnectionNote";
import { DevicePickers } from "./DevicePickers";
import type { InsideProps } from "./Inside";
import { MicMeter } from "./MicMeter";
import { peerName } from "./peerName";
import { Preview } from "./Preview";
import { isPresent } from "./screens";

export function WaitingRoom({ session, entry, link }: InsideProps) {
  const { t } = useTranslation();
  const { snapshot } = useStore(link.state);
  const { microphone, microphoneOn } = useStore(session.local.state);
  const present = isPresent(snapshot?.peer ?? null);
  const admitted = snapshot?.me.state === "admitted";
  return (
    <Page title={t("room.waiting.title")} wide>
      <div className="check" data-testid="waiting-room">
        <Heading>{t("room.waiting.title")}</Heading>
        <div className="check-columns">
          <section aria-label={t("room.check.preview")}>
            <Preview local={session.local} />
            <MicMeter track={microphoneOn ? microphone : null} />
          </section>
          <section className="card" aria-label={t("room.waiting.state")}>
            <ConnectionNote link={link} />
            <p
              className={present ? "presence presence-there" : "presence"}
              role="status"
              data-testid="peer-presence"
              data-present={present}
            >
              <span className="presence-dot" aria-hidden="true" />
              {t(
                admitted
                  ? "room.waiting.admitted"
                  : present
                    ? "room.waiting.there"
                    : "room.waiting.absent",
                {
                  name: peerName(t, entry),
                },
              )}
            </p>
            <p className="soft">
              {t("room.waiting.time", {
                time: rangeWithZone(entry.starts_at, entry.ends_at, entry.timezone),
              })}
            </p>
            <p>{t("room.waiting.next")}</p>
            <details>
              <summary>{t("room.waiting.devices")}</summary>
              <DevicePickers local={session.local} />
            </details>
            <Button
              kind="quiet"
              onClick={() => void link.leave().catch(() => undefined)}
              data-testid="leave"
            >
              {t("room.waiting.leave")}
            </Button>
          </section>
        </div>
      </div>
    </Page>
  );
}
