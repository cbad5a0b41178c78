/** Reads the statistics every two seconds, tells the server, and gives a calm verdict: ours, or the relay's. */
import { useEffect, useState } from "react";
import { FreezeCount } from "../../rtc/freezes";
import {
  type Reading,
  SteadyVerdict,
  type Verdict,
  graver,
  qualityBetween,
  readStats,
  verdict,
  verdictOfRelay,
} from "../../rtc/quality";
import { readEnd } from "../../rtc/report";
import { useStore } from "../../shared/store";
import type { CallLink, LinkState } from "../room/callLink";

const EVERY_MS = 2_000;
const GOOD: Verdict = { level: "good", cause: null };

/** A picture in a window of its own is seen although the page is not; some browsers do not tell of it. */
const isVisible = () => !document.hidden || document.pictureInPictureElement !== null;

/** Pictures of the other are due: both are connected, their camera is on, and the page is looked at. */
const isMeant = ({ media, snapshot }: LinkState) =>
  media === "connected" &&
  snapshot?.peer?.state === "connected" &&
  snapshot.peer.camera &&
  isVisible();

export function useQuality(link: CallLink): Verdict {
  const [shown, setShown] = useState<Verdict>(GOOD);
  useEffect(() => {
    const steady = new SteadyVerdict();
    const freezes = new FreezeCount();
    let before: Reading | undefined;
    const read = async () => {
      const report = (await link.stats()) as Iterable<[string, unknown]> | undefined;
      if (!report || link.state.get().media !== "connected") return;
      const now = readStats(report, performance.now());
      const quality = before && qualityBetween(before, now);
      before = now;
      const end = readEnd(report, document.hidden, isVisible());
      if (!isMeant(link.state.get())) freezes.pause(now.at_ms);
      link.report({ ...end, ...freezes.next(end, now.at_ms) }, quality);
      if (quality) setShown(steady.next(verdict(quality)));
    };
    let connected = false;
    // At once, so that the relay soon knows what is switched on.
    const stop = link.state.subscribe(() => {
      const is = link.state.get().media === "connected";
      if (!isMeant(link.state.get())) freezes.pause(performance.now());
      if (is && !connected) void read();
      connected = is;
    });
    const timer = setInterval(() => void read(), EVERY_MS);
    // At once, too, when the page is looked at again: until then no picture is sent.
    const looked = () => {
      freezes.pause(performance.now());
      void read();
    };
    document.addEventListener("visibilitychange", looked);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", looked);
      stop();
    };
  }, [link]);
  const { rating } = useStore(link.state);
  return rating ? graver(shown, verdictOfRelay(rating.rating, rating.cause, rating.worst)) : shown;
}
