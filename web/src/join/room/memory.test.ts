import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { bookingPage, rememberBookingPage, rememberInside, rememberedChoice } from "./memory";

class FakeStorage extends Map<string, string> {
  getItem = (key: string) => this.get(key) ?? null;
  setItem = (key: string, value: string) => void this.set(key, value);
  removeItem = (key: string) => void this.delete(key);
}

const KEY = "todoku.booking";
let storage: FakeStorage;

beforeEach(() => {
  storage = new FakeStorage();
  vi.stubGlobal("localStorage", storage);
  vi.stubGlobal("sessionStorage", new FakeStorage());
});

afterEach(() => vi.unstubAllGlobals());

it("finds the page where one booked, until its link no longer works", () => {
  expect(bookingPage()).toBeNull();
  rememberBookingPage("/b/token_1-x");
  expect(bookingPage()).toBe("/b/token_1-x");
  rememberBookingPage(null);
  expect(bookingPage()).toBeNull();
});

it("leads nowhere but to a booking page of this site", () => {
  for (const path of ["//evil.example", "javascript:alert(1)", "/b/", "/b/a/../x", "/app", 7]) {
    storage.setItem(KEY, JSON.stringify({ path }));
    expect(bookingPage(), String(path)).toBeNull();
  }
  storage.setItem(KEY, "no JSON");
  expect(bookingPage()).toBeNull();
});

it("finds devices in every room, and what was off only in the same one", () => {
  const devices = { cameraId: "usb", microphoneId: "headset", speakerId: "room" };
  rememberInside("/join/a", "b1", { ...devices, cameraOn: false, microphoneOn: false });
  expect(rememberedChoice("/join/a")).toEqual({
    ...devices,
    cameraOn: false,
    microphoneOn: false,
  });
  expect(rememberedChoice("/join/b")).toEqual({ ...devices, cameraOn: true, microphoneOn: true });
});
