import { afterEach, describe, expect, it, vi } from "vitest";
import { SYSTEM, canChooseSpeaker, playOn, speakerToUse } from "./speaker";

const DEVICES = [
  { kind: "audioinput" as const, deviceId: "microphone" },
  { kind: "audiooutput" as const, deviceId: "" },
  { kind: "audiooutput" as const, deviceId: "headset" },
];

afterEach(() => vi.unstubAllGlobals());

describe("the loudspeaker", () => {
  it("is the chosen one while it is there, and the system's otherwise", () => {
    expect(speakerToUse(DEVICES, "headset")).toBe("headset");
    expect(speakerToUse(DEVICES, "gone")).toBe(SYSTEM);
    expect(speakerToUse(DEVICES, "microphone")).toBe(SYSTEM);
    expect(speakerToUse(DEVICES, undefined)).toBe(SYSTEM);
  });

  it("can be chosen where the browser lets a page do so and names one", () => {
    expect(canChooseSpeaker(DEVICES)).toBe(false);
    vi.stubGlobal("HTMLMediaElement", class {});
    expect(canChooseSpeaker(DEVICES)).toBe(false);
    vi.stubGlobal(
      "HTMLMediaElement",
      class {
        setSinkId(): void {}
      },
    );
    expect(canChooseSpeaker(DEVICES)).toBe(true);
    expect(canChooseSpeaker(DEVICES.slice(0, 2))).toBe(false);
  });

  it("falls back to the system's when it cannot be used", async () => {
    const tried: string[] = [];
    const setSinkId = (id: string) => {
      tried.push(id);
      return id === SYSTEM ? Promise.resolve() : Promise.reject(new DOMException("", "AbortError"));
    };
    await playOn({ setSinkId }, "headset");
    expect(tried).toEqual(["headset", SYSTEM]);
  });

  it("that even the system cannot give is no error", async () => {
    const setSinkId = vi.fn(() => Promise.reject(new Error("none")));
    await playOn({ setSinkId }, SYSTEM);
    expect(setSinkId).toHaveBeenCalledOnce();
  });
});
