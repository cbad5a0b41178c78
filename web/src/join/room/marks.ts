/** Moments a test or an engineer can measure from: performance marks and window.__todoku. */

export type Moment = "joinPressed" | "admitted" | "firstRemoteFrame";

const NAMES: Record<Moment, string> = {
  joinPressed: "todoku:join-pressed",
  admitted: "todoku:admitted",
  firstRemoteFrame: "todoku:first-remote-frame",
};

interface Inspection {
  /** ms since the page's navigation start. */
  marks: Partial<Record<Moment, number>>;
  stats: () => Promise<[string, unknown][]>;
}

declare global {
  interface Window {
    __todoku?: Inspection;
  }
}

const inspection: Inspection = { marks: {}, stats: () => Promise.resolve([]) };

export function mark(moment: Moment): void {
  window.__todoku = inspection;
  if (inspection.marks[moment] !== undefined) return;
  inspection.marks[moment] = performance.mark(NAMES[moment]).startTime;
}

export function exposeStats(stats: () => Promise<RTCStatsReport | undefined>): void {
  window.__todoku = inspection;
  inspection.stats = async () => [...((await stats()) ?? [])];
}
