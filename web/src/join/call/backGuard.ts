/**
 * Nobody leaves a call unasked. As long as a guard stands, an entry of our own lies
 * above the page's in the history, and going back from it is only told. A tab that is
 * closed, reloaded or led elsewhere is asked about by the browser, in its own words.
 *
 * What Back then means is not here.
 */

const MARK = "todoku.guard";

export interface HistoryWindow {
  history: Pick<History, "state" | "pushState" | "back">;
  addEventListener(event: string, listener: (event: Event) => void): void;
  removeEventListener(event: string, listener: (event: Event) => void): void;
}

let standing = 0;

/** Returns how to take the guard away, and its entry with it. */
export function guardBack(page: HistoryWindow, onBack: () => void): () => void {
  const popped = () => {
    if (isOurs(page)) return;
    lay(page);
    onBack();
  };
  standing += 1;
  lay(page);
  page.addEventListener("popstate", popped);
  return () => {
    standing -= 1;
    page.removeEventListener("popstate", popped);
    // Later: one that comes at once in its place takes over the entry.
    setTimeout(() => standing === 0 && isOurs(page) && page.history.back());
  };
}

export function guardLeaving(
  page: Pick<HistoryWindow, "addEventListener" | "removeEventListener">,
) {
  const ask = (event: Event) => event.preventDefault();
  page.addEventListener("beforeunload", ask);
  return () => page.removeEventListener("beforeunload", ask);
}

/** After a reload ours is on top already. */
function lay(page: HistoryWindow): void {
  if (!isOurs(page)) page.history.pushState({ [MARK]: true }, "");
}

function isOurs({ history }: HistoryWindow): boolean {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null && MARK in state;
}
