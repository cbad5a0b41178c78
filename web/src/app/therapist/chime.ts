/**
 * The sound which says that a client waits: two soft notes, made on the spot, so there is no file to load. When to
 * play is alarm.ts's; browsers stay silent until somebody has pressed something on the page.
 */
import { useCallback, useEffect, useRef, useState } from "react";

export type SoundState = "ready" | "locked" | "off" | "unsupported";

const STORAGE_KEY = "todoku.sound";
/** Hz and when it begins (s): up, and up again. */
const NOTES: readonly (readonly [number, number])[] = [
  [659.25, 0],
  [880, 0.22],
  [659.25, 0.7],
  [880, 0.92],
];
const NOTE_S = 0.5;
const LOUDNESS = 0.25;

export interface Chime {
  readonly state: SoundState;
  /** Plays unless the sound is off. */
  readonly ring: () => void;
  /** Plays in any case; pressed by a person, it also unlocks the sound. */
  readonly test: () => void;
  readonly setOn: (on: boolean) => void;
}

export function useChime(): Chime {
  const context = useRef<AudioContext | null>(null);
  const [on, setOnState] = useState(readOn);
  const [unlocked, setUnlocked] = useState(false);
  useEffect(() => {
    const unlock = (): void => {
      context.current ??= openContext(setUnlocked);
      void context.current?.resume().catch(() => undefined);
    };
    // Made before any press, a context would stay silent and complain in the console.
    if (navigator.userActivation?.hasBeenActive) unlock();
    document.addEventListener("pointerdown", unlock);
    document.addEventListener("keydown", unlock);
    return () => {
      document.removeEventListener("pointerdown", unlock);
      document.removeEventListener("keydown", unlock);
      void context.current?.close();
      context.current = null;
    };
  }, []);
  const test = useCallback(() => void play(context.current), []);
  const ring = useCallback(() => {
    if (on) void play(context.current);
  }, [on]);
  const setOn = useCallback((wanted: boolean) => {
    setOnState(wanted);
    writeOn(wanted);
  }, []);
  return { state: stateOf(on, unlocked), ring, test, setOn };
}

function stateOf(on: boolean, unlocked: boolean): SoundState {
  if (typeof AudioContext === "undefined") return "unsupported";
  if (!on) return "off";
  return unlocked ? "ready" : "locked";
}

function openContext(onChange: (running: boolean) => void): AudioContext | null {
  if (typeof AudioContext === "undefined") return null;
  const context = new AudioContext();
  const tell = (): void => onChange(context.state === "running");
  context.addEventListener("statechange", tell);
  tell();
  return context;
}

/** Without a press on this page there is no context yet: title and banner have to do. */
async function play(context: AudioContext | null): Promise<void> {
  if (!context) return;
  await context.resume();
  for (const [pitch, startS] of NOTES) sound(context, pitch, context.currentTime + startS);
}

function sound(context: AudioContext, pitch: number, startS: number): void {
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.frequency.value = pitch;
  gain.gain.setValueAtTime(0, startS);
  gain.gain.linearRampToValueAtTime(LOUDNESS, startS + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, startS + NOTE_S);
  tone.connect(gain).connect(context.destination);
  tone.start(startS);
  tone.stop(startS + NOTE_S);
}

function readOn(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== "off";
  } catch {
    return true;
  }
}

function writeOn(on: boolean): void {
  try {
    localStorage.setItem(STORAGE_KEY, on ? "on" : "off");
  } catch {
    // A browser that stores nothing keeps the choice until the page is left.
  }
}
