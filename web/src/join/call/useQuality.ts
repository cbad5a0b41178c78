/** Reads the statistics every two seconds: tells the server, and gives a calm verdict. */
import { useEffect, useState } from "react";
import {
  type Reading,
  SteadyVerdict,
  type Verdict,
  qualityBetween,
  readStats,
  verdict,
} from "../../rtc/quality";
import type { CallLink } from "../room/callLink";

const EVERY_MS = 2_000;
const GOOD: Verdict = { level: "good", cause: null };

export function useQuality(link: CallLink): Verdict {
  const [shown, setShown] = useState<Verdict>(GOOD);
  useEffect(() => {
    const steady = new SteadyVerdict();
    let before: Reading | undefined;
    const read = async () => {
      const report = await link.stats();
      if (!report || link.state.get().media !== "connected") return;
      const now = readStats(report as Iterable<[string, unknown]>, performance.now());
      if (before) {
        const quality = qualityBetween(before, now);
        link.report(quality);
        setShown(steady.next(verdict(quality)));
      }
      before = now;
    };
    const timer = setInterval(() => void read(), EVERY_MS);
    return () => clearInterval(timer);
  }, [link]);
  return shown;
}
