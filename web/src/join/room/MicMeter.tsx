/** Shows that the microphone hears something. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { watchLevel } from "../../rtc/sound";

const BARS = 12;
const HEARD = 0.35;

export function MicMeter({ track }: { track: MediaStreamTrack | null }) {
  const { t } = useTranslation();
  const [level, setLevel] = useState(0);
  const [heard, setHeard] = useState(false);
  useEffect(() => {
    setHeard(false);
    if (!track) return;
    return watchLevel(track, (now) => {
      setLevel(now);
      if (now > HEARD) setHeard(true);
    });
  }, [track]);
  const lit = track ? Math.round(level * BARS) : 0;
  return (
    <div className="meter">
      <div
        className="meter-bars"
        role="meter"
        aria-label={t("devices.level")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(level * 100)}
        data-testid="mic-level"
      >
        {Array.from({ length: BARS }, (_, index) => (
          <span key={index} className={index < lit ? "meter-bar meter-bar-lit" : "meter-bar"} />
        ))}
      </div>
      <p className="fine" role="status">
        {track ? t(heard ? "devices.heard" : "devices.speak") : t("devices.noMicrophone")}
      </p>
    </div>
  );
}
