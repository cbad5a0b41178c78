/** The therapist's side before the call: is told that the client waits, and lets them in. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { playChime } from "../../rtc/sound";
import { asApiError, type ApiError } from "../../shared/api";
import { useStore } from "../../shared/store";
import { rangeWithZone } from "../../shared/time";
import { Portrait } from "../ui/Portrait";
import { Button } from "../ui/Button";
import { ErrorNotice } from "../ui/ErrorScreen";
import { Heading } from "../ui/Heading";
import { Page } from "../ui/Page";
import { ConnectionNote } from "./ConnectionNote";
import { DevicePickers } from "./DevicePickers";
import type { InsideProps } from "./Inside";
import { peerName } from "./peerName";
import { Preview } from "./Preview";
import type { Peer } from "./protocol";
import { type Presence, presenceOf } from "./screens";

const CHIME_EVERY_MS = 20_000;

export function Lobby({ session, entry, link }: InsideProps) {
  const { t } = useTranslation();
  const { snapshot } = useStore(link.state);
  const peer = snapshot?.peer ?? null;
  const presence = presenceOf(peer);
  const name = peerName(t, entry);
  useCallForAttention(presence === "waiting");
  const title = t(presence === "waiting" ? "room.lobby.tabWaiting" : "room.lobby.title", { name });
  return (
    <Page title={title} wide>
      <div className="check" data-testid="lobby">
        <Heading>{t("room.lobby.title", { name })}</Heading>
        <p className="lead">{rangeWithZone(entry.starts_at, entry.ends_at, entry.timezone)}</p>
        <div className="check-columns">
          <section aria-label={t("room.check.preview")}>
            <Preview local={session.local} />
          </section>
          <section className="card" aria-label={t("room.waiting.state")}>
            <ConnectionNote link={link} />
            <Visitor name={name} peer={peer} presence={presence} onAdmit={() => link.admit()} />
            <details>
              <summary>{t("room.waiting.devices")}</summary>
              <DevicePickers local={session.local} />
            </details>
            <a className="button button-quiet" href="/therapist">
              {t("room.toToday")}
            </a>
          </section>
        </div>
      </div>
    </Page>
  );
}

interface VisitorProps {
  name: string;
  peer: Peer | null;
  presence: Presence;
  onAdmit: () => Promise<void>;
}

function Visitor({ name, peer, presence, onAdmit }: VisitorProps) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const admit = () => {
    setBusy(true);
    setProblem(null);
    onAdmit()
      .catch((error: unknown) => setProblem(asApiError(error)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <div className="visitor" role="status" data-testid="peer-presence" data-presence={presence}>
        <Portrait name={name} id={peer?.participant_id ?? name} />
        <p>
          <strong>{name}</strong>
          <span className="soft">{t(`room.lobby.presence.${presence}`)}</span>
        </p>
      </div>
      {problem ? <ErrorNotice error={problem} /> : null}
      {presence === "waiting" ? (
        <Button
          kind="primary"
          className="button-wide"
          busy={busy}
          onClick={admit}
          data-testid="admit"
        >
          {t("room.lobby.admit")}
        </Button>
      ) : (
        <p className="soft">{t("room.lobby.stay")}</p>
      )}
    </>
  );
}

/** A chime when somebody comes, and again from time to time as long as nobody looks. */
function useCallForAttention(needed: boolean): void {
  useEffect(() => {
    if (!needed) return;
    playChime();
    const timer = setInterval(() => document.hidden && playChime(), CHIME_EVERY_MS);
    return () => clearInterval(timer);
  }, [needed]);
}
