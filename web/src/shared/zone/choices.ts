/** Pure: the list of time zones to choose from, and finding one in it by what a person types. */
import type { Language } from "../i18n";
import { japaneseLocation, zoneCity, zoneName, zoneOffset, zonePlace } from "../zones";
import { alsoCalled } from "./words";

export interface ZoneChoice {
  zone: string;
  /** "東京", "Tokyo" */
  place: string;
  /** "日本標準時", "Japan Standard Time"; may be empty. */
  name: string;
  /** "GMT+9" */
  offset: string;
  /** What it is found by, in both languages. */
  words: string;
  /** Its country, other cities, abbreviations: who types one of these whole means it. */
  also: readonly string[];
}

/** The first ones as given, the others from west to east. */
export function zoneChoices(
  zones: readonly string[],
  first: readonly string[],
  language: Language,
  at: Date,
): ZoneChoice[] {
  const ahead = [...new Set(first)];
  const others = zones.filter((zone) => !ahead.includes(zone));
  const order = new Intl.Collator(language);
  const choices = others
    .map((zone) => choiceOf(zone, language, at))
    .sort((a, b) => minutes(a.offset) - minutes(b.offset) || order.compare(a.place, b.place));
  return [...ahead.map((zone) => choiceOf(zone, language, at)), ...choices];
}

/** Those that have every word of the query, in any language, kana or width; first those that are called so. */
export function matching(choices: readonly ZoneChoice[], query: string): readonly ZoneChoice[] {
  const wanted = plain(query).split(" ").filter(Boolean);
  const whole = wanted.join(" ");
  const found = choices.filter(({ words }) => wanted.every((word) => words.includes(word)));
  const isMeant = ({ also }: ZoneChoice) => also.includes(whole);
  return [...found.filter(isMeant), ...found.filter((choice) => !isMeant(choice))];
}

function choiceOf(zone: string, language: Language, at: Date): ZoneChoice {
  const place = zonePlace(zone, language);
  const name = zoneName(zone, language);
  const offset = zoneOffset(zone, at);
  const japanese = [zonePlace(zone, "ja"), japaneseLocation(zone) ?? ""];
  const words = [place, name, zone, zoneCity(zone), offset, offset.replace("GMT", "UTC")];
  const also = alsoCalled(zoneCity(zone)).map(plain);
  return {
    zone,
    place,
    name,
    offset,
    also,
    words: plain([...words, ...japanese, ...also].join(" ")),
  };
}

const HIRAGANA = /[\u3041-\u3096]/g;
const TO_KATAKANA = 0x60;

/** ろんどん, ﾛﾝﾄﾞﾝ and ロンドン are the same, and so are New_York, ｎｅｗ　ｙｏｒｋ and new york. */
function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(HIRAGANA, (kana) => String.fromCharCode(kana.charCodeAt(0) + TO_KATAKANA))
    .replace(/[\s_/]+/g, " ")
    .replaceAll("\u2212", "-");
}

/** "GMT-3:30" -> -210 */
function minutes(offset: string): number {
  const [, sign, hours = "0", rest = "0"] = /([+-])(\d+)(?::(\d+))?/.exec(offset) ?? [];
  return (Number(hours) * 60 + Number(rest)) * (sign === "-" ? -1 : 1);
}
