/** Plays a clip over and over: play and pause, speed, position; each with the keyboard. It begins when asked to. */
import { Button, SegmentedControl } from "@mantine/core";
import { type ChangeEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { SPEEDS } from "./library";

interface Props {
  clip: string;
  poster: string;
  title: string;
  onFailed: () => void;
}

export function Player({ clip, poster, title, onFailed }: Props) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState({ s: 0, whole_s: 0 });
  const toggle = (): void => {
    if (playing) video.current?.pause();
    else void video.current?.play().catch(() => setPlaying(false));
  };
  const moved = (): void => {
    const shown = video.current;
    if (shown) setAt({ s: shown.currentTime, whole_s: shown.duration || 0 });
  };
  const seek = (event: ChangeEvent<HTMLInputElement>): void => {
    if (video.current) video.current.currentTime = Number(event.currentTarget.value);
    moved();
  };
  return (
    <div className="player" role="group" aria-label={t("exercises.clip")}>
      <video
        ref={video}
        src={clip}
        poster={poster}
        aria-label={t("exercises.clip_of", { title })}
        width={640}
        height={480}
        loop
        muted
        playsInline
        preload="metadata"
        data-testid="clip"
        onClick={toggle}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={moved}
        onLoadedMetadata={moved}
        onError={onFailed}
      />
      <input
        type="range"
        className="player-position"
        min={0}
        max={at.whole_s || 1}
        step={0.1}
        value={at.s}
        aria-label={t("exercises.position")}
        aria-valuetext={t("exercises.position_of", {
          at: at.s.toFixed(1),
          whole: at.whole_s.toFixed(0),
        })}
        data-testid="position"
        onChange={seek}
      />
      <div className="player-row">
        <Button size="sm" data-testid="play" data-playing={playing} onClick={toggle}>
          {t(playing ? "exercises.pause" : "exercises.play")}
        </Button>
        <Speed
          onSpeed={(speed) => {
            if (video.current) video.current.playbackRate = speed;
          }}
        />
      </div>
    </div>
  );
}

function Speed({ onSpeed }: { onSpeed: (speed: number) => void }) {
  const { t } = useTranslation();
  const [speed, setSpeed] = useState("1");
  const choose = (chosen: string): void => {
    setSpeed(chosen);
    onSpeed(Number(chosen));
  };
  return (
    <SegmentedControl
      aria-label={t("exercises.speed")}
      value={speed}
      onChange={choose}
      data={SPEEDS.map((each) => ({
        value: String(each),
        label: t("exercises.speed_of", { speed: each }),
      }))}
    />
  );
}
