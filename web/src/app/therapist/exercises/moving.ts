/**
 * Whether figures move. Who has asked their system for less motion gets still ones anyhow (the file says so itself);
 * the others can stop them here, which this browser remembers.
 */
import { useMediaQuery } from "@mantine/hooks";
import { useState } from "react";

const KEY = "todoku.figures";
const STILL = "still";

export interface Moving {
  readonly moving: boolean;
  /** null: the system has decided already. */
  readonly toggle: (() => void) | null;
}

export function useMoving(): Moving {
  const calm = useMediaQuery("(prefers-reduced-motion: reduce)", false);
  const [still, setStill] = useState(() => kept() === STILL);
  const toggle = (): void => {
    setStill(!still);
    keep(still ? "" : STILL);
  };
  return { moving: !still && !calm, toggle: calm ? null : toggle };
}

/** The same file; its `#still` part stands still. */
export function figureAddress(figure: string, moving: boolean): string {
  return moving ? figure : `${figure}#${STILL}`;
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage may be closed to us
  }
}

function keep(value: string): void {
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // then it holds for this visit
  }
}
