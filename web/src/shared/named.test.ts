import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import { nameOf, therapistNameOf } from "./named";

const SATO = { name: "佐藤 美咲", name_en: "Misaki Sato" };
const TANAKA = { name: "田中 健一", name_en: null };

beforeAll(() => i18next.init({ lng: "ja" }));

describe("a therapist's name", () => {
  it("is in Latin letters on English pages alone, where they gave it", async () => {
    expect([nameOf(SATO), nameOf(TANAKA)]).toEqual(["佐藤 美咲", "田中 健一"]);
    await i18next.changeLanguage("en");
    expect([nameOf(SATO), nameOf(TANAKA)]).toEqual(["Misaki Sato", "田中 健一"]);
    const booking = { therapist_name: SATO.name, therapist_name_en: SATO.name_en };
    expect([therapistNameOf(booking), nameOf(undefined)]).toEqual(["Misaki Sato", ""]);
  });
});
