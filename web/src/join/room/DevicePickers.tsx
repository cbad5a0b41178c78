/** Chooses camera, microphone and, where a page may, the loudspeaker; plays a tone to try it. */
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { LocalMedia, LocalState, Source } from "../../rtc/local";
import { playTestTone } from "../../rtc/sound";
import { canChooseSpeaker, speakerToUse, speakersIn } from "../../rtc/speaker";
import { useStore } from "../../shared/store";
import { Button } from "../ui/Button";
import { Icon } from "./icons";

export function DevicePickers({ local }: { local: LocalMedia }) {
  const { t } = useTranslation();
  const { devices, speakerId } = useStore(local.state);
  const play = () => void playTestTone(speakerToUse(devices, speakerId)).catch(() => undefined);
  return (
    <div className="pickers">
      <SourcePicker local={local} source="camera" />
      <SourcePicker local={local} source="microphone" />
      <SpeakerPicker local={local} />
      <Button onClick={play} data-testid="test-tone">
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

function SourcePicker({ local, source }: { local: LocalMedia; source: Source }) {
  const { t } = useTranslation();
  const state = useStore(local.state);
  const devices = state.devices.filter(
    (device) => device.kind === KINDS[source] && device.deviceId !== "",
  );
  return (
    <Picker
      what={source}
      devices={devices}
      current={state[source]?.getSettings().deviceId ?? local.choice()[IDS[source]] ?? ""}
      otherwise={t(`devices.${noneChosen(state, source, devices.length)}`)}
      onChoose={(deviceId) => void local.choose(source, deviceId)}
    />
  );
}

function SpeakerPicker({ local }: { local: LocalMedia }) {
  const { t } = useTranslation();
  const { devices, speakerId } = useStore(local.state);
  if (!canChooseSpeaker(devices)) return null;
  return (
    <Picker
      what="speaker"
      devices={speakersIn(devices)}
      current={speakerToUse(devices, speakerId ?? "default")}
      otherwise={t("devices.automatic")}
      onChoose={(deviceId) => local.chooseSpeaker(deviceId)}
    />
  );
}

interface PickerProps {
  what: Source | "speaker";
  devices: readonly MediaDeviceInfo[];
  current: string;
  /** What stands there while none of the devices is the one in use. */
  otherwise: string;
  onChoose: (deviceId: string) => void;
}

function Picker({ what, devices, current, otherwise, onChoose }: PickerProps) {
  const { t } = useTranslation();
  const id = useId();
  const known = devices.some((device) => device.deviceId === current);
  return (
    <div className="picker">
      <label htmlFor={id}>{t(`devices.${what}`)}</label>
      <select
        id={id}
        value={known ? current : ""}
        disabled={devices.length === 0}
        data-testid={`pick-${what}`}
        onChange={(event) => onChoose(event.target.value)}
      >
        {known ? null : <option value="">{otherwise}</option>}
        {devices.map((device, index) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || t(`devices.numbered.${what}`, { number: index + 1 })}
          </option>
        ))}
      </select>
    </div>
  );
}
