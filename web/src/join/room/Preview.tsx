/** One's own picture, mirrored, with the two switches on it. */
import { useTranslation } from "react-i18next";
import { type LocalMedia, type Source, isOff } from "../../rtc/local";
import { useStore } from "../../shared/store";
import { Icon } from "./icons";
import { useTrackStream } from "./useTrackStream";
import { VideoView } from "./VideoView";

export function Preview({ local }: { local: LocalMedia }) {
  const { t } = useTranslation();
  const { camera, cameraOn, opening } = useStore(local.state);
  const stream = useTrackStream(camera);
  return (
    <div className="preview">
      {stream ? (
        <VideoView stream={stream} label={t("call.you")} testId="self-video" muted mirrored />
      ) : (
        <p className="preview-empty">
          {t(opening && cameraOn ? "devices.opening" : "devices.cameraOff")}
        </p>
      )}
      <div className="preview-switches">
        <Switch local={local} source="microphone" />
        <Switch local={local} source="camera" />
      </div>
    </div>
  );
}

const LABELS = {
  microphone: { on: "call.mute", off: "call.unmute" },
  camera: { on: "call.cameraOff", off: "call.cameraOn" },
} as const;

function Switch({ local, source }: { local: LocalMedia; source: Source }) {
  const { t } = useTranslation();
  const off = isOff(useStore(local.state), source);
  return (
    <button
      type="button"
      className={off ? "round round-off" : "round"}
      data-testid={`switch-${source}`}
      aria-label={t(LABELS[source][off ? "off" : "on"])}
      onClick={() => local.toggle(source)}
    >
      <Icon name={source} off={off} />
    </button>
  );
}
