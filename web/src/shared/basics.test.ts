import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "./api";
import { learnServerTime, serverNow } from "./clock";
import { refusedFields } from "./errors";
import { detectLanguage } from "./i18n";
import { newId } from "./ids";
import { readAck } from "./socket";
import { addDays, countdown, localDate, zonesOf } from "./time";

afterEach(() => vi.useRealTimers());

describe("the server's time", () => {
  it("corrects a visitor's clock that is wrong", () => {
    vi.useFakeTimers({ now: Date.parse("2026-11-24T00:10:00Z") });
    learnServerTime("Tue, 24 Nov 2026 00:00:00 GMT", Date.now(), Date.now());
    expect(Math.abs(serverNow() - Date.parse("2026-11-24T00:00:00Z"))).toBeLessThan(1000);
  });

  it("leaves a clock alone that is right to the second", () => {
    vi.useFakeTimers({ now: Date.parse("2026-11-24T00:00:01Z") });
    learnServerTime("Tue, 24 Nov 2026 00:00:00 GMT", Date.now(), Date.now());
    expect(serverNow()).toBe(Date.now());
  });

  it("ignores a header that is not a date", () => {
    vi.useFakeTimers({ now: Date.parse("2026-11-24T00:00:00Z") });
    learnServerTime("soon", Date.now(), Date.now());
    expect(serverNow()).toBe(Date.now());
  });
});

describe("the language", () => {
  it("is what the address asks, then what was chosen, then the browser's, then Japanese", () => {
    expect(detectLanguage("?lang=en", "ja", ["ja"])).toBe("en");
    expect(detectLanguage("", "en", ["ja-JP"])).toBe("en");
    expect(detectLanguage("", null, ["fr-FR", "en-US"])).toBe("en");
    expect(detectLanguage("?lang=xx", null, ["fr"])).toBe("ja");
  });
});

describe("dates", () => {
  it("belong to the zone they are shown in", () => {
    expect(localDate("2026-11-24T16:00:00Z", "Asia/Tokyo")).toBe("2026-11-25");
    expect(localDate("2026-11-24T16:00:00Z", "America/New_York")).toBe("2026-11-24");
  });

  it("move over the ends of months and years", () => {
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
  });

  it("count down in whole seconds and stop at zero", () => {
    expect([299_001, 3_723_000, -5].map(countdown)).toEqual(["5:00", "1:02:03", "0:00"]);
  });
});

describe("an acknowledgement", () => {
  it("gives its content or throws its error", () => {
    expect(readAck({ ok: true, latest: 3 })).toMatchObject({ latest: 3 });
    const refused = { ok: false, error: { code: "room_ended", detail: "d", by: "staff" } };
    expect(() => readAck(refused)).toThrow("room_ended");
    expect(() => readAck(null)).toThrow("internal");
  });
});

it("knows which fields the server found fault with", () => {
  const error = new ApiError({ code: "invalid", extra: { errors: [{ field: "reason" }, null] } });
  expect(refusedFields(error).has("reason")).toBe(true);
  expect(refusedFields(error).has("confirm")).toBe(false);
  expect(refusedFields(null).size).toBe(0);
});

it("makes ids that are UUIDs, also where the browser has no randomUUID", () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  expect(newId()).toMatch(uuid);
  vi.stubGlobal("crypto", { getRandomValues: (bytes: Uint8Array) => bytes.fill(255) });
  expect(newId()).toMatch(uuid);
  vi.unstubAllGlobals();
});

describe("the zones of a booking", () => {
  const at = "2026-11-24T01:00:00Z";

  it("are its own alone while this device's clock shows the same", () => {
    expect(zonesOf("Asia/Tokyo", at, "Asia/Tokyo")).toEqual(["Asia/Tokyo"]);
    expect(zonesOf("Asia/Tokyo", at, "Asia/Seoul")).toEqual(["Asia/Tokyo"]);
  });

  it("are both where it shows another time, on that day", () => {
    expect(zonesOf("Asia/Tokyo", at, "America/New_York")).toEqual([
      "Asia/Tokyo",
      "America/New_York",
    ]);
    expect(zonesOf("Europe/London", at, "Africa/Casablanca")).toHaveLength(2);
  });
});
