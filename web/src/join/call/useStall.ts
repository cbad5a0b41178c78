/** Asks for another way to the relay as soon as nothing comes on this one, and tells the page so. */
import { useEffect, useState } from "react";
import { StallWatch, packetsReceived } from "../../rtc/stall";
import type { CallLink } from "../room/callLink";

const EVERY_MS = 500;

/** Whether the picture stands because nothing comes; the browser says so three seconds later. */
export function useStall(link: CallLink): boolean {
  const [stalled, setStalled] = useState(false);
  useEffect(() => {
    const watch = new StallWatch();
    const look = async () => {
      const report = await link.stats();
      const packets = report && packetsReceived(report as Iterable<[string, unknown]>);
      if (link.state.get().media !== "connected" || typeof packets !== "number") {
        return setStalled(false);
      }
      const now = performance.now();
      if (watch.next(packets, now)) link.restart();
      setStalled(watch.stalled(now, link.state.get().online === "down"));
    };
    const timer = setInterval(() => void look(), EVERY_MS);
    return () => clearInterval(timer);
  }, [link]);
  return stalled;
}
