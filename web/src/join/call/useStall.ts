/** Asks for another way to the relay as soon as nothing comes on this one. */
import { useEffect } from "react";
import { StallWatch, packetsReceived } from "../../rtc/stall";
import type { CallLink } from "../room/callLink";

const EVERY_MS = 500;

export function useStall(link: CallLink): void {
  useEffect(() => {
    const watch = new StallWatch();
    const look = async () => {
      const report = await link.stats();
      const packets = report && packetsReceived(report as Iterable<[string, unknown]>);
      if (link.state.get().media !== "connected" || typeof packets !== "number") return;
      if (watch.next(packets, performance.now())) link.restart();
    };
    const timer = setInterval(() => void look(), EVERY_MS);
    return () => clearInterval(timer);
  }, [link]);
}
