/** Chooses camera and microphone, and plays a tone to try the speaker. */
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { LocalMedia, LocalState, Source } from "../../rtc/local";
import { playTestTone } from "../../rtc/sound";
import { useStore } from "../../shared/store";
import { Button } from "../ui/Button";
import { Icon } from "./icons";

export function DevicePickers({ local }: { local: LocalMedia }) {
  const { t } = useTranslation();
  return (
    <div className="pickers">
      <Picker local={local} source="camera" />
      <Picker local={local} source="microphone" />
      <Button onClick={playTestTone} data-testid="test-tone">
        <Icon name="speaker" /> {t("devices.testTone")}
      </Button>
      <p className="fine">{t("devices.testToneHint")}</p>
    </div>
  );
}

const KINDS = { camera: "videoinput", microphone: "audioinput" } as const;
const IDS = { camera: "cameraId", microphone: "microphoneId" } as const;

/** Pure: why no device is named as the one in use. */
export function noneChosen(
  { problems }: Pick<LocalState, "problems">,
  source: Source,
  count: number,
) {
  if (problems[source] === "denied") return "forbidden";
  return count === 0 ? "none" : "automatic";
}

function Picker({ local, source }: { local: LocalMedia; source: Source }) {
  const { t } = useTranslation();
  const id = useId();
  const state = useStore(local.state);
  const devices = state.devices.filter(
    (device) => device.kind === KINDS[source] && device.deviceId !== "",
  );
  const current = state[source]?.getSettings().deviceId ?? local.choice()[IDS[source]] ?? "";
  const known = devices.some((device) => device.deviceId === current);
  return (
    <div className="picker">
      <label htmlFor={id}>{t(`devices.${source}`)}</label>
      <select
        id={id}
        value={known ? current : ""}
        disabled={devices.length === 0}
        data-testid={`pick-${source}`}
        onChange={(event) => void local.choose(source, event.target.value)}
      >
        {known ? null : (
          <option value="">{t(`devices.${noneChosen(state, source, devices.length)}`)}</option>
        )}
        {devices.map((device, index) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || t(`devices.numbered.${source}`, { number: index + 1 })}
          </option>
        ))}
      </select>
    </div>
  );
}
