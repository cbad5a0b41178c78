import { describe, expect, it } from "vitest";
import {
  bitrate,
  duration,
  isoDuration,
  milliseconds,
  mos,
  percent,
  shortCode,
  typedCode,
} from "./format";

describe("a bit rate", () => {
  it.each([
    [0, "0 kbit/s"],
    [499, "0 kbit/s"],
    [32_400, "32 kbit/s"],
    [999_499, "999 kbit/s"],
    [999_500, "1.0 Mbit/s"],
    [1_240_000, "1.2 Mbit/s"],
  ])("of %d reads %s", (bps, text) => {
    expect(bitrate(bps)).toBe(text);
  });

  it.each([null, undefined, Number.NaN, -1])("of %s is unknown", (bps) => {
    expect(bitrate(bps)).toBe("–");
  });
});

describe("a duration", () => {
  it.each([
    [-5_000, "0:00"],
    [7_900, "0:07"],
    [754_000, "12:34"],
    [3_723_000, "1:02:03"],
  ])("of %d ms reads %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it("is also there for machines", () => {
    expect(isoDuration(3_723_000)).toBe("PT1H2M3S");
  });
});

it("a mean opinion score has one digit", () => {
  expect([mos(4.26), mos(null)]).toEqual(["4.3", "–"]);
});

it("loss and round trip say when they are not known", () => {
  expect([percent(0.44), percent(null)]).toEqual(["0.4 %", "–"]);
  expect([milliseconds(41.6), milliseconds(undefined)]).toEqual(["42 ms", "–"]);
});

it("a typed code counts however it was typed", () => {
  expect(shortCode("01980000-0000-7000-8000-0000a1b2c3")).toBe("a1b2c3");
  expect(typedCode(" A1b2C3 ")).toBe("a1b2c3");
});
