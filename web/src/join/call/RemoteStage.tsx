/** The other person: their picture, or what keeps it away. */
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LocalMedia } from "../../rtc/local";
import { speakerToUse } from "../../rtc/speaker";
import { errorText } from "../../shared/errors";
import { useStore } from "../../shared/store";
import { Portrait } from "../ui/Portrait";
import type { CallLink, LinkState } from "../room/callLink";
import { mark } from "../room/marks";
import { VideoView, play } from "../room/VideoView";
import { Icon } from "../room/icons";
import { Button } from "../ui/Button";
import { ReloadButton } from "../ui/ReloadButton";
import { useLasting } from "../ui/useLasting";

export type StageNote =
  | "trouble"
  | "reconnecting"
  | "peer_left"
  | "peer_away"
  | "peer_coming"
  | "connecting"
  | "camera_off"
  | null;

/** Pure: the one thing to say over the picture, the gravest first. `stalled`: nothing comes from the relay. */
export function stageNote(state: LinkState, stalled = false): StageNote {
  const { online, media, snapshot, trouble } = state;
  const peer = snapshot?.peer;
  if (trouble && online === "up") return "trouble";
  if (stalled) return "reconnecting";
  if (online === "down" && media !== "connected") return "reconnecting";
  if (media === "interrupted" || media === "failed") return "reconnecting";
  if (!peer || peer.state === "left" || peer.state === "ended") return "peer_left";
  if (peer.state === "away") return "peer_away";
  if (media !== "connected") return "connecting";
  // Whose media has gone again is not coming in: they reload, or have closed the page.
  if (peer.state !== "connected") return snapshot.room.call_since ? "peer_away" : "peer_coming";
  return peer.camera ? null : "camera_off";
}

interface StageProps {
  link: CallLink;
  local: LocalMedia;
  name: string;
  stalled: boolean;
  onHangUp: () => void;
}

export function RemoteStage(props: StageProps) {
  const { link, local, name } = props;
  const { t } = useTranslation();
  const state = useStore(link.state);
  const { devices, speakerId } = useStore(local.state);
  const [blocked, setBlocked] = useState(false);
  const firstFrame = useCallback(() => mark("firstRemoteFrame"), []);
  const note = stageNote(state, props.stalled);
  const text =
    note === "trouble"
      ? errorText(t, state.trouble).title
      : note === "reconnecting" && state.online === "down"
        ? t("room.reconnecting")
        : t(`call.note.${note ?? "here"}`, { name });
  const here = note === null || note === "camera_off";
  const muted = here && state.snapshot?.peer?.microphone === false;
  return (
    <section className="remote" aria-label={name}>
      <VideoView
        stream={state.remote}
        label={t("call.remote", { name })}
        testId="remote-video"
        speakerId={speakerToUse(devices, speakerId)}
        onBlocked={setBlocked}
        onFrame={firstFrame}
      />
      {note ? <RemoteNote note={note} text={text} {...props} /> : null}
      <p className="visually-hidden" role="status" data-testid="peer-state" data-note={note ?? ""}>
        {text}
      </p>
      {muted ? (
        <p className="remote-muted">
          <Icon name="microphone" off /> {t("call.note.muted", { name })}
        </p>
      ) : null}
      {blocked ? <Unblock onDone={() => setBlocked(false)} /> : null}
    </section>
  );
}

/** Pure: a network that holds media back is to blame only while the server itself can be reached. */
export function helpFor(note: StageNote, online: LinkState["online"]) {
  if (note === "trouble") return "room.goesOn";
  return online === "up" ? "call.blocked" : "room.lasting";
}

interface NoteProps extends StageProps {
  note: Exclude<StageNote, null>;
  text: string;
}

/** Ours to mend, when it does not mend itself. */
const OURS = new Set<StageNote>(["trouble", "reconnecting", "connecting"]);

function RemoteNote({ note, text, link, name, onHangUp }: NoteProps) {
  const { t } = useTranslation();
  const { snapshot, online } = useStore(link.state);
  const peer = snapshot?.peer;
  const lasting = useLasting(OURS.has(note) ? `${note} ${online}` : null);
  return (
    <div className={`remote-note remote-note-${note}`}>
      <Portrait name={name} id={peer?.participant_id ?? name} large />
      <p>{text}</p>
      {note === "trouble" || lasting ? (
        <div className="remote-help" role="alert" data-testid="stage-help">
          <p>{t(helpFor(note, online))}</p>
          <ReloadButton />
        </div>
      ) : null}
      {note === "peer_left" ? (
        <Button onClick={onHangUp} data-testid="end-alone">
          {t("call.hangUp")}
        </Button>
      ) : null}
    </div>
  );
}

function Unblock({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const press = () => {
    const video = document.querySelector<HTMLVideoElement>('[data-testid="remote-video"]');
    if (video) void play(video).then((still) => still || onDone());
  };
  return (
    <button type="button" className="button button-primary unblock" onClick={press}>
      <Icon name="speaker" /> {t("call.unblock")}
    </button>
  );
}
