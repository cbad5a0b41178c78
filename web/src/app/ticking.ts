/** Time passing, for screens: the present moment every so often, and a beat which a hidden tab does not lose. */
import { useEffect, useEffectEvent, useState } from "react";
import { serverNow } from "../shared/clock";

/** The server's time, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/**
 * Calls `beat` every `everyMs`, also while the tab is hidden: browsers slow a hidden page's own timers down to one a
 * minute, but not a worker's, and a therapist waits for a client in a hidden tab.
 */
export function useBeat(everyMs: number, beat: () => void): void {
  const onBeat = useEffectEvent(beat);
  useEffect(() => {
    let timer: ReturnType<typeof setInterval> | undefined;
    const worker = new Worker(new URL("./beat.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = () => onBeat();
    worker.onerror = () => {
      timer ??= setInterval(() => onBeat(), everyMs);
    };
    worker.postMessage(everyMs);
    return () => {
      worker.terminate();
      clearInterval(timer);
    };
  }, [everyMs]);
}
