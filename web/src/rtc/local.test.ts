import { describe, expect, it } from "vitest";
import { FakeBrowser, type FakeTrack } from "./fake";
import { LocalMedia, isOff } from "./local";
import { deviceProblem } from "./problems";

const ALL_ON = { cameraOn: true, microphoneOn: true };

async function opened(fake: FakeBrowser, choice: Partial<typeof ALL_ON> = {}) {
  const media = new LocalMedia(fake.browser, { ...ALL_ON, ...choice });
  await media.open();
  return media;
}

function track(media: LocalMedia, source: "camera" | "microphone"): FakeTrack {
  return media.state.get()[source] as unknown as FakeTrack;
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe("our camera and microphone", () => {
  it("open together with one question", async () => {
    const fake = new FakeBrowser();
    const media = await opened(fake);
    expect(fake.opened.map((each) => each.kind)).toEqual(["audio", "video"]);
    expect(media.state.get().problems).toEqual({});
  });

  it("leave the microphone when only the camera is missing", async () => {
    const fake = new FakeBrowser();
    fake.failures.video = "NotFoundError";
    const media = await opened(fake);
    expect(media.state.get().problems).toEqual({ camera: "missing" });
    expect(track(media, "microphone").readyState).toBe("live");
  });

  it("name the problem when both are denied", async () => {
    const fake = new FakeBrowser();
    fake.failures = { audio: "NotAllowedError", video: "NotAllowedError" };
    const media = await opened(fake);
    expect(media.state.get().problems).toEqual({ camera: "denied", microphone: "denied" });
  });

  it("come when a missing camera is plugged in", async () => {
    const fake = new FakeBrowser();
    fake.failures.video = "NotFoundError";
    const media = await opened(fake);
    fake.failures = {};
    fake.plugIn();
    await settled();
    expect(media.state.get().problems).toEqual({});
    expect(track(media, "camera").readyState).toBe("live");
  });

  it("mute without closing the microphone, and stay muted on another device", async () => {
    const media = await opened(new FakeBrowser());
    media.setMicrophoneOn(false);
    expect(track(media, "microphone").enabled).toBe(false);
    await media.choose("microphone", "headset");
    expect(track(media, "microphone")).toMatchObject({ deviceId: "headset", enabled: false });
  });

  it("look off when the browser forbids them, and ask again when their switch is pressed", async () => {
    const fake = new FakeBrowser();
    fake.failures = { audio: "NotAllowedError", video: "NotAllowedError" };
    const media = await opened(fake);
    const off = () => [isOff(media.state.get(), "camera"), isOff(media.state.get(), "microphone")];
    expect(off()).toEqual([true, true]);
    fake.failures = {};
    media.toggle("camera");
    media.toggle("microphone");
    await settled();
    expect(off()).toEqual([false, false]);
    media.toggle("microphone");
    expect(off()).toEqual([false, true]);
  });

  it("stop the camera when it is turned off, and open it again", async () => {
    const fake = new FakeBrowser();
    const media = await opened(fake);
    const first = track(media, "camera");
    await media.setCameraOn(false);
    expect([first.readyState, media.state.get().camera]).toEqual(["ended", null]);
    await media.setCameraOn(true);
    expect(track(media, "camera").readyState).toBe("live");
  });

  it("do not come back on when turned off while opening", async () => {
    const fake = new FakeBrowser();
    const media = await opened(fake, { cameraOn: false });
    const opening = media.setCameraOn(true);
    await media.setCameraOn(false);
    await opening;
    expect(media.state.get().camera).toBeNull();
    expect(fake.opened.filter((each) => each.kind === "video")[0]?.readyState).toBe("ended");
  });

  it("fall back to the default device when the chosen one is unplugged", async () => {
    const media = await opened(new FakeBrowser());
    await media.choose("microphone", "headset");
    track(media, "microphone").unplug();
    await settled();
    expect(track(media, "microphone")).toMatchObject({ deviceId: "default", readyState: "live" });
  });

  it("take another when the remembered one is gone", async () => {
    const fake = new FakeBrowser();
    fake.gone.add("usb");
    const media = new LocalMedia(fake.browser, { ...ALL_ON, cameraId: "usb" });
    await media.open();
    expect(track(media, "camera")).toMatchObject({ deviceId: "default", readyState: "live" });
    expect(media.state.get().problems).toEqual({});
  });

  it("remember what was chosen", async () => {
    const media = await opened(new FakeBrowser());
    await media.choose("camera", "usb");
    media.chooseSpeaker("headset");
    media.setMicrophoneOn(false);
    expect(media.choice()).toMatchObject({
      cameraId: "usb",
      speakerId: "headset",
      cameraOn: true,
      microphoneOn: false,
    });
  });
});

it("knows the names browsers give to the same problem", () => {
  const names = ["NotAllowedError", "NotFoundError", "NotReadableError", "Weird"];
  const problems = names.map((name) => deviceProblem(new DOMException("", name)));
  expect(problems).toEqual(["denied", "missing", "busy", "other"]);
});
