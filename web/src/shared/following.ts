/**
 * Asks again while an answer is awaited: now and then as long as the page is seen, at once when somebody comes back
 * to it, and no more once there is an answer. What is asked, and what is said of it, is the page's.
 */
import { useEffect, useEffectEvent } from "react";
import { type ApiError, asApiError } from "./api";

export const ASK_EVERY_MS = 20_000;
/** Coming back makes several events at once. */
const LEAST_MS = 2_000;

/** What is known of the page. */
export interface Seen {
  now: () => number;
  isSeen: () => boolean;
  /** Calls whenever somebody comes back; returns how to stop that. */
  onReturn: (listener: () => void) => () => void;
}

/** Whether it is still awaited. */
export type Look = () => Promise<boolean>;

/** Looks at once and from then on; returns how to stop. */
export function follow(look: Look, page: Seen = thisPage): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  let asked = Number.NEGATIVE_INFINITY;
  const ask = async () => {
    if (over || !page.isSeen() || page.now() - asked < LEAST_MS) return;
    clearTimeout(timer);
    asked = page.now();
    over = !(await isAwaited(look)) || over;
    clearTimeout(timer);
    if (!over) timer = setTimeout(() => void ask(), ASK_EVERY_MS);
  };
  const forget = page.onReturn(() => void ask());
  void ask();
  return () => {
    over = true;
    clearTimeout(timer);
    forget();
  };
}

async function isAwaited(look: Look): Promise<boolean> {
  try {
    return await look();
  } catch (error) {
    return !isFinal(asApiError(error));
  }
}

/** Who may not ask any more, or asks for what is not there, need not ask again. */
export function isFinal({ status }: ApiError): boolean {
  return status >= 400 && status < 500 && status !== 429;
}

const thisPage: Seen = {
  now: () => performance.now(),
  isSeen: () => document.visibilityState === "visible",
  onReturn: (listener) => {
    document.addEventListener("visibilitychange", listener);
    for (const event of ["focus", "online"]) addEventListener(event, listener);
    return () => {
      document.removeEventListener("visibilitychange", listener);
      for (const event of ["focus", "online"]) removeEventListener(event, listener);
    };
  },
};

/** Follows as long as `awaited`. */
export function useFollowing(awaited: boolean, look: Look): void {
  const onLook = useEffectEvent(look);
  useEffect(() => (awaited ? follow(() => onLook()) : undefined), [awaited]);
}
