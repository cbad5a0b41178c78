import { describe, expect, it, vi } from "vitest";
import { zoneLabel } from "../time";
import { zonePlace } from "../zones";
import { matching, zoneChoices } from "./choices";

const ZONES = Intl.supportedValuesOf("timeZone");
const WINTER = new Date("2026-11-25T00:00:00Z");
const SUMMER = new Date("2026-07-25T00:00:00Z");
const JA = zoneChoices(ZONES, ["Europe/Paris", "Asia/Tokyo", "Europe/Paris"], "ja", WINTER);
const EN = zoneChoices(ZONES, ["Asia/Tokyo"], "en", WINTER);

function found(query: string, choices = JA): string[] {
  return matching(choices, query).map((choice) => choice.zone);
}

describe("the names of time zones", () => {
  it("are Japanese on a Japanese page", () => {
    const names = ["Asia/Tokyo", "America/New_York", "Europe/London", "Australia/Sydney"];
    expect(names.map((zone) => zonePlace(zone, "ja"))).toEqual([
      "東京",
      "ニューヨーク",
      "ロンドン",
      "シドニー",
    ]);
    expect(JA.find((choice) => choice.zone === "Asia/Tokyo")).toMatchObject({
      name: "日本標準時",
      offset: "GMT+9",
    });
    const latin = JA.filter(({ place, name }) => !/[\u3040-\u9fff]/.test(place + name));
    expect(latin.map((choice) => choice.zone)).toEqual([]);
  });

  it("need nothing of a browser that knows no cities in Japanese", () => {
    vi.stubGlobal("Intl", { DateTimeFormat: undefined });
    const names = ["Asia/Tokyo", "America/New_York", "America/Argentina/Buenos_Aires"];
    expect(names.map((zone) => zonePlace(zone, "ja"))).toEqual([
      "東京",
      "ニューヨーク",
      "ブエノスアイレス",
    ]);
    expect(zonePlace("America/North_Dakota/New_Salem", "ja")).toBe("New Salem");
    vi.unstubAllGlobals();
  });

  it("are English on an English page", () => {
    const places = EN.map((choice) => choice.place);
    expect(places).toContain("Buenos Aires");
    expect(places.filter((place) => /[\u3040-\u9fff_/]/.test(place))).toEqual([]);
  });

  it("carry the distance from UTC of that time of the year", () => {
    expect(zoneLabel("Europe/Paris", WINTER)).toBe("パリ (GMT+1)");
    expect(zoneLabel("Europe/Paris", SUMMER)).toBe("パリ (GMT+2)");
  });
});

describe("the list of time zones", () => {
  it("begins with the visitor's own and Tokyo, each once, and has every other", () => {
    expect(JA.slice(0, 2).map((choice) => choice.zone)).toEqual(["Europe/Paris", "Asia/Tokyo"]);
    expect(JA.map((choice) => choice.zone).sort()).toEqual([...ZONES].sort());
  });

  it("goes from west to east after them", () => {
    const hours = JA.slice(2).map((choice) => choice.offset);
    expect(hours[0]).toBe("GMT-11");
    expect(hours.indexOf("GMT-9:30")).toBeLessThan(hours.indexOf("GMT-9"));
    expect(hours.at(-1)).toBe("GMT+14");
  });

  it("is searched in both languages on either page", () => {
    for (const query of ["ニューヨーク", "new york", "New_York", "米国 ニューヨーク"]) {
      expect(found(query), query).toContain("America/New_York");
    }
    for (const query of ["Tokyo", "東京"]) expect(found(query, EN), query).toEqual(["Asia/Tokyo"]);
    expect(found("フランス")).toContain("Europe/Paris");
  });

  it("is searched in any kana and width", () => {
    for (const query of ["ろんどん", "ﾛﾝﾄﾞﾝ", "ｌｏｎｄｏｎ", "  LONDON "]) {
      expect(found(query), query).toContain("Europe/London");
    }
  });

  it("is searched by the distance from UTC", () => {
    expect(found("gmt+9")).toContain("Asia/Tokyo");
    expect(found("UTC−3:30")).toEqual(["America/St_Johns"]);
  });

  it("is searched by country, by big cities without a zone of their own, and by abbreviations", () => {
    const wanted = {
      "Asia/Tokyo": ["osaka", "大阪", "JST", "日本"],
      "Asia/Shanghai": ["beijing", "北京", "china"],
      "Europe/Berlin": ["germany", "ドイツ", "münchen"],
      "America/Los_Angeles": ["san francisco", "California", "PST"],
      "America/New_York": ["EST", "boston"],
      "Europe/London": ["UK", "イギリス"],
    };
    for (const [zone, queries] of Object.entries(wanted)) {
      for (const query of queries) {
        expect(found(query)[0], query).toBe(zone);
        expect(found(query, EN)[0], query).toBe(zone);
      }
    }
    for (const query of ["mumbai", "india", "ムンバイ"]) {
      expect(["Asia/Calcutta", "Asia/Kolkata"], query).toContain(found(query)[0]);
    }
    expect(found("cet")).toEqual(expect.arrayContaining(["Europe/Paris", "Europe/Berlin"]));
  });

  it("finds nothing rather than everything", () => {
    expect(found("アトランティス")).toEqual([]);
    expect(found(" ")).toHaveLength(JA.length);
  });
});
