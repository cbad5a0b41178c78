/** What is wrong with camera or microphone, how to put it right, and a retry. */
import { useTranslation } from "react-i18next";
import type { Source } from "../../rtc/local";
import type { DeviceProblem } from "../../rtc/problems";
import { useStore } from "../../shared/store";
import { Button } from "../ui/Button";
import type { RoomSession } from "./session";

export function DeviceHelp({ session }: { session: RoomSession }) {
  const { t } = useTranslation();
  const { problems } = useStore(session.local.state);
  const { camera, microphone } = problems;
  if (!camera && !microphone) return null;
  return (
    <div className="notice notice-warm" role="alert" data-testid="device-help">
      {camera && camera === microphone ? (
        <Help source="both" problem={camera} />
      ) : (
        <>
          {microphone ? <Help source="microphone" problem={microphone} /> : null}
          {camera ? <Help source="camera" problem={camera} /> : null}
        </>
      )}
      <Button onClick={() => void session.retryDevices()} data-testid="retry-devices">
        {t("common.retry")}
      </Button>
    </div>
  );
}

function Help({ source, problem }: { source: Source | "both"; problem: DeviceProblem }) {
  const { t } = useTranslation();
  return (
    <div className="help">
      <strong>{t(`devices.problem.${problem}.title`, { device: t(`devices.${source}`) })}</strong>
      <p>{t(`devices.problem.${problem}.help`)}</p>
    </div>
  );
}
