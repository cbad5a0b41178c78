/** The therapist's numbers as values: what a wish not yet saved looks like, and what the numbers mean. */
import type { Practice } from "../../api/types";

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

export function shownWith(practice: Practice, wish: Wish): Practice {
  return { ...practice, ...wish };
}

export function within(capacity: number): number {
  return Math.min(HIGHEST, Math.max(LOWEST, capacity));
}

/** How many new people can come. A place offered counts as taken, as the server counts it. */
export function roomIn({ capacity, active, offers, pause_new }: Practice): Room {
  if (pause_new) return { kind: "paused" };
  if (active > capacity) return { kind: "over", count: active - capacity };
  const free = capacity - active - offers;
  return free > 0 ? { kind: "free", count: free } : { kind: "full" };
}

/** The wish that brings back what was there before it; null when it changes nothing. */
export function undoOf(before: Practice, wish: Wish): Wish | null {
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
