/**
 * Our own camera and microphone: open, switch, mute, turn off, follow unplugged
 * devices; and which loudspeaker was chosen. Sending them is connection.ts's, playing
 * on it speaker.ts's.
 */
import { Store } from "../shared/store";
import type { Browser } from "./browser";
import { type DeviceProblem, deviceProblem } from "./problems";

export type Source = "camera" | "microphone";

export interface LocalState {
  /** True until the first attempt to open has ended. */
  opening: boolean;
  camera: MediaStreamTrack | null;
  microphone: MediaStreamTrack | null;
  /** What the person wants; a wanted camera can still be missing (see problems). */
  cameraOn: boolean;
  microphoneOn: boolean;
  problems: Partial<Record<Source, DeviceProblem>>;
  devices: MediaDeviceInfo[];
  /** The chosen loudspeaker, whether it is there or not. */
  speakerId: string | undefined;
}

export interface DeviceChoice {
  cameraId?: string | undefined;
  microphoneId?: string | undefined;
  speakerId?: string | undefined;
  cameraOn: boolean;
  microphoneOn: boolean;
}

/** Whether nothing is sent of it: turned off, or the browser cannot open it. */
export function isOff(state: LocalState, source: Source): boolean {
  const wanted = source === "camera" ? state.cameraOn : state.microphoneOn;
  return !wanted || state.problems[source] !== undefined;
}

const CAMERA: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
};
const MICROPHONE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

export class LocalMedia {
  readonly state: Store<LocalState>;
  readonly #browser: Browser;
  readonly #ids: Partial<Record<Source, string | undefined>>;
  readonly #generations: Record<Source, number> = { camera: 0, microphone: 0 };
  #stopWatching: (() => void) | undefined;

  constructor(browser: Browser, choice: DeviceChoice) {
    this.#browser = browser;
    this.#ids = { camera: choice.cameraId, microphone: choice.microphoneId };
    this.state = new Store<LocalState>({
      opening: true,
      camera: null,
      microphone: null,
      cameraOn: choice.cameraOn,
      microphoneOn: choice.microphoneOn,
      problems: {},
      devices: [],
      speakerId: choice.speakerId,
    });
  }

  /** Opens what is wanted; problems are in the state, nothing is thrown. */
  async open(): Promise<void> {
    this.#watch();
    const { cameraOn } = this.state.get();
    // Together first: one permission question instead of two.
    const both = cameraOn && (await this.#openBoth());
    if (!both) await this.#openEach();
    this.state.update({ opening: false });
    await this.#listDevices();
  }

  async choose(source: Source, deviceId: string): Promise<void> {
    this.#ids[source] = deviceId;
    this.state.update({}); // the choice is shown and remembered, also while the camera is off
    if (source === "camera" && !this.state.get().cameraOn) return;
    await this.#openOne(source);
  }

  chooseSpeaker(deviceId: string): void {
    this.state.update({ speakerId: deviceId });
  }

  /** A press of its switch: on or off as it looks; what could not be opened is tried again. */
  toggle(source: Source): void {
    const on = isOff(this.state.get(), source);
    if (source === "camera") void this.setCameraOn(on);
    else this.setMicrophoneOn(on);
  }

  setMicrophoneOn(on: boolean): void {
    const { microphone } = this.state.get();
    if (microphone) microphone.enabled = on;
    this.state.update({ microphoneOn: on });
    if (on && !microphone) void this.#openOne("microphone");
  }

  /** Off stops the device, so that its light goes out. */
  async setCameraOn(on: boolean): Promise<void> {
    this.state.update({ cameraOn: on });
    if (on) await this.#openOne("camera");
    else this.#put("camera", null);
  }

  /** What to remember for the next visit or a reload. */
  choice(): DeviceChoice {
    const { cameraOn, microphoneOn, speakerId } = this.state.get();
    const { camera: cameraId, microphone: microphoneId } = this.#ids;
    return { cameraId, microphoneId, speakerId, cameraOn, microphoneOn };
  }

  /** Gives all devices back; `open` may be called again. */
  close(): void {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    for (const source of ["camera", "microphone"] as const) this.#put(source, null);
  }

  async #openBoth(): Promise<boolean> {
    const turn = { camera: this.#begin("camera"), microphone: this.#begin("microphone") };
    try {
      const stream = await this.#browser.openMedia({
        video: this.#constraints("camera"),
        audio: this.#constraints("microphone"),
      });
      this.#take("camera", turn.camera, stream.getVideoTracks()[0]);
      this.#take("microphone", turn.microphone, stream.getAudioTracks()[0]);
      return true;
    } catch {
      return false;
    }
  }

  async #openEach(): Promise<void> {
    await this.#openOne("microphone");
    if (this.state.get().cameraOn) await this.#openOne("camera");
  }

  async #openOne(source: Source): Promise<void> {
    const turn = this.#begin(source);
    const kind = source === "camera" ? "video" : "audio";
    try {
      const stream = await this.#browser.openMedia({ [kind]: this.#constraints(source) });
      this.#take(source, turn, stream.getTracks()[0]);
    } catch (error) {
      if (turn !== this.#generations[source]) return;
      // The chosen one is not there any more: any other is better than none.
      if (deviceProblem(error) === "missing" && this.#ids[source] !== undefined) {
        this.#ids[source] = undefined;
        return this.#openOne(source);
      }
      this.#put(source, null);
      this.#setProblem(source, deviceProblem(error));
    }
    await this.#listDevices();
  }

  #begin(source: Source): number {
    return ++this.#generations[source];
  }

  /** A track that arrives after a newer wish is not used. */
  #take(source: Source, turn: number, track: MediaStreamTrack | undefined): void {
    const wanted = source === "microphone" || this.state.get().cameraOn;
    if (!track || turn !== this.#generations[source] || !wanted) {
      track?.stop();
      return;
    }
    this.#put(source, track);
    this.#setProblem(source, undefined);
  }

  #put(source: Source, track: MediaStreamTrack | null): void {
    const old = this.state.get()[source];
    if (track === null) this.#generations[source] += 1;
    if (track) {
      if (source === "microphone") track.enabled = this.state.get().microphoneOn;
      track.onended = () => this.#lost(source, track);
    }
    this.state.update({ [source]: track });
    if (old && old !== track) stop(old);
  }

  /** Unplugged, or taken by the system: fall back to whatever device is left. */
  #lost(source: Source, track: MediaStreamTrack): void {
    if (this.state.get()[source] !== track) return;
    this.#ids[source] = undefined;
    void this.#openOne(source);
  }

  #constraints(source: Source): MediaTrackConstraints {
    const base = source === "camera" ? CAMERA : MICROPHONE;
    const deviceId = this.#ids[source];
    // Exact: Chromium may pass over an ideal one.
    return deviceId ? { ...base, deviceId: { exact: deviceId } } : base;
  }

  #setProblem(source: Source, problem: DeviceProblem | undefined): void {
    const problems = { ...this.state.get().problems };
    if (problem) problems[source] = problem;
    else delete problems[source];
    this.state.update({ problems });
  }

  #watch(): void {
    if (this.#stopWatching) return;
    try {
      this.#stopWatching = this.#browser.onDeviceChange(() => void this.#devicesChanged());
    } catch {
      // Without media devices there is nothing to watch; opening them says so.
    }
  }

  /** A device that was missing may have been plugged in. */
  async #devicesChanged(): Promise<void> {
    await this.#listDevices();
    const { problems, cameraOn } = this.state.get();
    if (problems.microphone === "missing") await this.#openOne("microphone");
    if (problems.camera === "missing" && cameraOn) await this.#openOne("camera");
  }

  async #listDevices(): Promise<void> {
    try {
      this.state.update({ devices: await this.#browser.listDevices() });
    } catch {
      this.state.update({ devices: [] });
    }
  }
}

function stop(track: MediaStreamTrack): void {
  track.onended = null;
  track.stop();
}
