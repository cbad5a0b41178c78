/** One's own picture, mirrored, with the two switches on it. */
import { useTranslation } from "react-i18next";
import type { LocalMedia } from "../../rtc/local";
import { useStore } from "../../shared/store";
import { Icon } from "./icons";
import { useTrackStream } from "./useTrackStream";
import { VideoView } from "./VideoView";

export function Preview({ local }: { local: LocalMedia }) {
  const { t } = useTranslation();
  const { camera, cameraOn, microphoneOn, opening } = useStore(local.state);
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
        <button
          type="button"
          className="round"
          aria-pressed={!microphoneOn}
          aria-label={t(microphoneOn ? "call.mute" : "call.unmute")}
          onClick={() => local.setMicrophoneOn(!microphoneOn)}
        >
          <Icon name="microphone" off={!microphoneOn} />
        </button>
        <button
          type="button"
          className="round"
          aria-pressed={!cameraOn}
          aria-label={t(cameraOn ? "call.cameraOff" : "call.cameraOn")}
          onClick={() => void local.setCameraOn(!cameraOn)}
        >
          <Icon name="camera" off={!cameraOn} />
        </button>
      </div>
    </div>
  );
}
