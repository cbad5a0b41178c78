/** A value that can be watched; what React reads through useStore. */
import { useSyncExternalStore } from "react";

export interface Watchable<T> {
  get(): T;
  subscribe(listener: () => void): () => void;
}

export class Store<T extends object> implements Watchable<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(initial: T) {
    this.#value = initial;
  }

  get = (): T => this.#value;

  /** Changes some members; the rest stays. */
  update(change: Partial<T>): void {
    this.#value = { ...this.#value, ...change };
    for (const listener of [...this.#listeners]) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
}

export function useStore<T>(store: Watchable<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
