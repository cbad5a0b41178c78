/** A video element that shows a stream, and says when the browser will not play it unasked. */
import { useEffect, useRef } from "react";
import { SYSTEM, playOn } from "../../rtc/speaker";

interface VideoViewProps {
  stream: MediaStream | null;
  label: string;
  testId: string;
  muted?: boolean;
  mirrored?: boolean;
  /** The loudspeaker it is heard on. */
  speakerId?: string;
  /** True: playing needs a press by the person. */
  onBlocked?: (blocked: boolean) => void;
  onFrame?: () => void;
}

export function VideoView(props: VideoViewProps) {
  const { stream, label, testId, muted = false, mirrored = false, onBlocked, onFrame } = props;
  const { speakerId = SYSTEM } = props;
  const video = useRef<HTMLVideoElement>(null);

  useEffect(() => {
    const element = video.current;
    if (!element || element.srcObject === stream) return;
    element.srcObject = stream;
    if (!stream) return;
    void play(element).then((blocked) => onBlocked?.(blocked));
  }, [stream, onBlocked]);

  useEffect(() => {
    const element = video.current;
    if (element && element.sinkId !== speakerId) void playOn(element, speakerId);
  }, [speakerId]);

  useEffect(() => {
    const element = video.current;
    if (!element || !stream || !onFrame) return;
    const handle = element.requestVideoFrameCallback(() => onFrame());
    return () => element.cancelVideoFrameCallback(handle);
  }, [stream, onFrame]);

  return (
    <video
      ref={video}
      className={mirrored ? "video video-mirrored" : "video"}
      data-testid={testId}
      aria-label={label}
      muted={muted}
      autoPlay
      playsInline
    />
  );
}

/** Starts playing; true when the browser wants a press first. */
export async function play(element: HTMLVideoElement): Promise<boolean> {
  try {
    await element.play();
    return false;
  } catch (error) {
    return error instanceof DOMException && error.name === "NotAllowedError";
  }
}
