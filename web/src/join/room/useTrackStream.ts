/** A stream around one track, the same object as long as the track is. */
import { useMemo } from "react";

export function useTrackStream(track: MediaStreamTrack | null): MediaStream | null {
  return useMemo(() => (track ? new MediaStream([track]) : null), [track]);
}
