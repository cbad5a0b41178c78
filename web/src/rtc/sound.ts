/**
 * Sound for checks and signals: the microphone's level, a test tone, a chime.
 * All made by the browser, no sound file is fetched.
 */
import { SYSTEM, playOn } from "./speaker";

let shared: AudioContext | undefined;

function context(): AudioContext {
  shared ??= new AudioContext();
  void shared.resume().catch(() => undefined);
  return shared;
}

const METER_INTERVAL_MS = 80;

/** Reports the microphone's level, 0 to 1, about 12 times a second. Returns how to stop. */
export function watchLevel(track: MediaStreamTrack, report: (level: number) => void): () => void {
  const audio = context();
  const source = audio.createMediaStreamSource(new MediaStream([track]));
  const analyser = audio.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    report(levelOf(samples));
  }, METER_INTERVAL_MS);
  return () => {
    clearInterval(timer);
    source.disconnect();
  };
}

const QUIET_DB = -60;

/** Loudness of samples in -1..1 as 0 (quieter than -60 dB) to 1 (full scale). */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((total, sample) => total + sample * sample, 0) / samples.length;
  const decibel = power > 0 ? 10 * Math.log10(power) : QUIET_DB;
  return Math.min(1, Math.max(0, 1 - decibel / QUIET_DB));
}

/** Three soft notes to hear whether the loudspeaker works: that one, or the system's. */
export async function playTestTone(speakerId: string): Promise<void> {
  const notes = [523.25, 659.25, 783.99];
  if (speakerId === SYSTEM) return playNotes(notes, 0.28);
  const audio = context();
  const output = audio.createMediaStreamDestination();
  const element = new Audio();
  element.srcObject = output.stream;
  await playOn(element, speakerId);
  await element.play();
  playNotes(notes, 0.28, output, () => element.pause());
}

/** "Somebody is waiting." */
export function playChime(): void {
  playNotes([659.25, 987.77], 0.22);
}

/** Call once from a click, so that a chime may sound later without one. */
export function unlockSound(): void {
  context();
}

function playNotes(
  frequencies: number[],
  spacingS: number,
  output: AudioNode = context().destination,
  onEnd?: () => void,
): void {
  const audio = context();
  frequencies.forEach((frequency, index) => {
    const start = audio.currentTime + 0.03 + index * spacingS;
    const gain = audio.createGain();
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.18, start + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.001, start + spacingS * 2);
    const tone = audio.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain).connect(output);
    tone.start(start);
    tone.stop(start + spacingS * 2);
    if (onEnd && index === frequencies.length - 1) tone.onended = onEnd;
  });
}
