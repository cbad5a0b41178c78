/** Oneself, small: the picture others see, or that nothing of it is sent. */
import { useTranslation } from "react-i18next";
import { type LocalMedia, isOff } from "../../rtc/local";
import { useStore } from "../../shared/store";
import { Icon } from "../room/icons";
import { useTrackStream } from "../room/useTrackStream";
import { VideoView } from "../room/VideoView";

export function SelfView({ local }: { local: LocalMedia }) {
  const { t } = useTranslation();
  const state = useStore(local.state);
  const stream = useTrackStream(state.camera);
  return (
    <div className="self">
      {stream ? (
        <VideoView stream={stream} label={t("call.you")} testId="self-video" muted mirrored />
      ) : null}
      <div className={stream ? "self-notes" : "self-notes self-notes-alone"}>
        {stream ? null : (
          <span data-testid="self-camera-off">
            <Icon name="camera" off /> {t("call.selfCameraOff")}
          </span>
        )}
        {isOff(state, "microphone") ? (
          <span data-testid="self-muted">
            <Icon name="microphone" off /> {t("call.selfMuted")}
          </span>
        ) : null}
      </div>
    </div>
  );
}
