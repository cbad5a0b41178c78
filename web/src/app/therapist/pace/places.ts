/** The therapist's numbers as values: what a wish not yet saved looks like, and what the numbers mean. */
import type { Pace } from "../../../api/types";

export type Places = Pick<Pace, "capacity" | "active" | "offers" | "pause_new">;

/** What the therapist has just chosen and the server has not yet taken. */
export interface Wish {
  readonly capacity?: number;
  readonly pause_new?: boolean;
}

export const LOWEST = 0;
export const HIGHEST = 1000;

export type Room =
  | { readonly kind: "paused" }
  | { readonly kind: "free"; readonly count: number }
  | { readonly kind: "full" }
  | { readonly kind: "over"; readonly count: number };

export function shownWith(pace: Places, wish: Wish): Places {
  return { ...pace, ...wish };
}

export function within(capacity: number): number {
  return Math.min(HIGHEST, Math.max(LOWEST, capacity));
}

/** How many new people can come. A place offered counts as taken, as the server counts it. */
export function roomIn({ capacity, active, offers, pause_new }: Places): Room {
  if (pause_new) return { kind: "paused" };
  if (active > capacity) return { kind: "over", count: active - capacity };
  const free = capacity - active - offers;
  return free > 0 ? { kind: "free", count: free } : { kind: "full" };
}

/** The wish that brings back what was there before it; null when it changes nothing. */
export function undoOf(before: Places, wish: Wish): Wish | null {
  const undo: { capacity?: number; pause_new?: boolean } = {};
  if (wish.capacity !== undefined && wish.capacity !== before.capacity) {
    undo.capacity = before.capacity;
  }
  if (wish.pause_new !== undefined && wish.pause_new !== before.pause_new) {
    undo.pause_new = before.pause_new;
  }
  return Object.keys(undo).length > 0 ? undo : null;
}

/** What is still to be saved after `sent` was taken: presses made in the meantime. */
export function leftOf(wish: Wish, sent: Wish): Wish {
  const left: { capacity?: number; pause_new?: boolean } = {};
  if (wish.capacity !== undefined && wish.capacity !== sent.capacity) left.capacity = wish.capacity;
  if (wish.pause_new !== undefined && wish.pause_new !== sent.pause_new) {
    left.pause_new = wish.pause_new;
  }
  return left;
}

export function isEmpty(wish: Wish): boolean {
  return Object.keys(wish).length === 0;
}

/** How full it is, for a bar: places in use and promised of those there are, at most 100. */
export function shareOf({ capacity, active, offers }: Places): { used: number; promised: number } {
  if (capacity === 0) return { used: active + offers > 0 ? 100 : 0, promised: 0 };
  const used = Math.min(100, (active / capacity) * 100);
  return { used, promised: Math.min(100 - used, (offers / capacity) * 100) };
}
