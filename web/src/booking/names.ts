/** Names for codes the server gives: licences and languages. */
import type { TFunction } from "i18next";
import { currentLanguage } from "../shared/i18n";
import type ja from "./locales/ja.json";

type Licence = keyof typeof ja.booking.licence;

export function licenceName(t: TFunction, kind: string): string {
  return t([`booking.licence.${kind as Licence}`, "booking.licence.other"]);
}

/** ["ja", "en"] -> "日本語・英語" */
export function languageNames(codes: readonly string[]): string {
  const names = new Intl.DisplayNames(currentLanguage(), { type: "language" });
  return codes.map((code) => names.of(code) ?? code).join(currentLanguage() === "ja" ? "・" : ", ");
}

/** A text given in several languages, in the visitor's or in any. */
export function inOwnLanguage(texts: Readonly<Record<string, string>>): string {
  return texts[currentLanguage()] ?? texts["ja"] ?? Object.values(texts)[0] ?? "";
}
