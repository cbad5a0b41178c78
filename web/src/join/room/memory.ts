/**
 * What a reload or the next visit should find again. In this tab: that we are inside
 * a room, with camera and microphone on or off. In this browser: which devices, and
 * where one books.
 */
import type { DeviceChoice } from "../../rtc/local";

const INSIDE_KEY = "todoku.inside";
const DEVICES_KEY = "todoku.devices";
const BOOKING_KEY = "todoku.booking";

interface Inside {
  place: string;
  bookingId: string;
  cameraOn: boolean;
  microphoneOn: boolean;
}

/** `place` is the page's address, by which the booking was found. */
export function rememberInside(place: string, bookingId: string, choice: DeviceChoice): void {
  const { cameraOn, microphoneOn } = choice;
  write(sessionStorage, INSIDE_KEY, { place, bookingId, cameraOn, microphoneOn } satisfies Inside);
  rememberDevices(choice);
}

export function forgetInside(): void {
  sessionStorage.removeItem(INSIDE_KEY);
}

/** The booking whose room this tab was in. */
export function insideOf(place: string): string | null {
  const inside = read<Inside>(sessionStorage, INSIDE_KEY);
  return inside?.place === place ? inside.bookingId : null;
}

/** Everything on at a first visit; as it was after a reload. */
export function rememberedChoice(place: string): DeviceChoice {
  const devices = read<Partial<DeviceChoice>>(localStorage, DEVICES_KEY) ?? {};
  const inside = read<Inside>(sessionStorage, INSIDE_KEY);
  const here = inside?.place === place ? inside : undefined;
  return {
    cameraId: devices.cameraId,
    microphoneId: devices.microphoneId,
    speakerId: devices.speakerId,
    cameraOn: here?.cameraOn ?? true,
    microphoneOn: here?.microphoneOn ?? true,
  };
}

/** The address of a booking link that works; null: it no longer does. */
export function rememberBookingPage(path: string | null): void {
  if (path !== null) return write(localStorage, BOOKING_KEY, { path });
  try {
    localStorage.removeItem(BOOKING_KEY);
  } catch {
    // Where nothing is kept there is nothing to forget.
  }
}

/** Where this browser booked before; so that a join link that is over is no dead end. */
export function bookingPage(): string | null {
  const path = read<{ path?: unknown }>(localStorage, BOOKING_KEY)?.path;
  return typeof path === "string" && /^\/b\/[\w-]+$/.test(path) ? path : null;
}

function rememberDevices({ cameraId, microphoneId, speakerId }: DeviceChoice): void {
  write(localStorage, DEVICES_KEY, { cameraId, microphoneId, speakerId });
}

function write(storage: Storage, key: string, value: object): void {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden storage only costs the convenience.
  }
}

function read<T>(storage: Storage, key: string): T | undefined {
  try {
    const text = storage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}
