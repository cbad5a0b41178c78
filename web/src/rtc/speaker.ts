/**
 * The loudspeaker: whether this browser lets a page choose one, and which of those that
 * are there is meant. Remembering the choice is local.ts's; Safari and all telephones
 * leave it to the system.
 */

type Device = Pick<MediaDeviceInfo, "kind" | "deviceId">;
type Sink = Pick<HTMLMediaElement, "setSinkId">;

/** The system's own choice. */
export const SYSTEM = "";

export function speakersIn<T extends Device>(devices: readonly T[]): T[] {
  return devices.filter((device) => device.kind === "audiooutput" && device.deviceId !== "");
}

export function canChooseSpeaker(devices: readonly Device[]): boolean {
  const able = typeof HTMLMediaElement === "function" && "setSinkId" in HTMLMediaElement.prototype;
  return able && speakersIn(devices).length > 0;
}

/** The chosen one while it is plugged in; meanwhile, and without a choice, the system's. */
export function speakerToUse(devices: readonly Device[], chosen: string | undefined): string {
  const there = speakersIn(devices).some((device) => device.deviceId === chosen);
  return chosen !== undefined && there ? chosen : SYSTEM;
}

/** Has an element play on a loudspeaker; on the system's when that one cannot be had. */
export async function playOn(element: Sink, speakerId: string): Promise<void> {
  try {
    await element.setSinkId(speakerId);
  } catch {
    if (speakerId !== SYSTEM) await playOn(element, SYSTEM);
  }
}
