/**
 * Pure: what people call a time zone, in Japanese and in English. The browser knows
 * the names of zones and countries; those of the best-known cities are written here.
 *
 * Finding a zone in a list is zone/choices.ts's.
 */
import type { Language } from "./i18n";

/**
 * Japanese names of cities, where browsers know none or would say the country: a region
 * of IANA names, then its cities. Other zones are called as the browser calls them.
 */
const JAPANESE: Readonly<Record<string, string>> = {
  Africa: "Cairo カイロ,Johannesburg ヨハネスブルグ,Nairobi ナイロビ",
  America:
    "Anchorage アンカレッジ,Bogota ボゴタ,Buenos_Aires ブエノスアイレス,Argentina/Buenos_Aires ブエノスアイレス,Cancun カンクン,Chicago シカゴ,Denver デンバー,Detroit デトロイト,Edmonton エドモントン,Halifax ハリファクス,Indianapolis インディアナポリス,Lima リマ,Los_Angeles ロサンゼルス,Manaus マナウス,Mexico_City メキシコシティ,Monterrey モンテレイ,New_York ニューヨーク,Phoenix フェニックス,Santiago サンティアゴ,Sao_Paulo サンパウロ,St_Johns セントジョンズ,Tijuana ティフアナ,Toronto トロント,Vancouver バンクーバー,Winnipeg ウィニペグ",
  Antarctica: "Syowa 昭和基地",
  Asia: "Almaty アルマトイ,Bangkok バンコク,Calcutta コルカタ,Colombo コロンボ,Dhaka ダッカ,Dubai ドバイ,Ho_Chi_Minh ホーチミン,Hong_Kong 香港,Irkutsk イルクーツク,Jakarta ジャカルタ,Jayapura ジャヤプラ,Jerusalem エルサレム,Kamchatka カムチャツカ,Karachi カラチ,Kathmandu カトマンズ,Katmandu カトマンズ,Kolkata コルカタ,Krasnoyarsk クラスノヤルスク,Kuala_Lumpur クアラルンプール,Macau マカオ,Makassar マカッサル,Manila マニラ,Novosibirsk ノヴォシビルスク,Rangoon ヤンゴン,Riyadh リヤド,Saigon ホーチミン,Sakhalin サハリン,Samarkand サマルカンド,Seoul ソウル,Shanghai 上海,Taipei 台北,Tehran テヘラン,Tokyo 東京,Ulaanbaatar ウランバートル,Urumqi ウルムチ,Vladivostok ウラジオストク,Yangon ヤンゴン,Yekaterinburg エカテリンブルク",
  Australia:
    "Adelaide アデレード,Brisbane ブリスベン,Darwin ダーウィン,Hobart ホバート,Melbourne メルボルン,Perth パース,Sydney シドニー",
  Europe:
    "Amsterdam アムステルダム,Athens アテネ,Berlin ベルリン,Brussels ブリュッセル,Budapest ブダペスト,Copenhagen コペンハーゲン,Dublin ダブリン,Helsinki ヘルシンキ,Istanbul イスタンブール,Kiev キーウ,Kyiv キーウ,Lisbon リスボン,London ロンドン,Madrid マドリード,Moscow モスクワ,Oslo オスロ,Paris パリ,Prague プラハ,Rome ローマ,Stockholm ストックホルム,Vienna ウィーン,Warsaw ワルシャワ,Zurich チューリッヒ",
  Pacific: "Auckland オークランド,Honolulu ホノルル,Port_Moresby ポートモレスビー,Tahiti タヒチ",
};
const CITIES = new Map<string, string>(
  Object.entries(JAPANESE).flatMap(([region, cities]) =>
    cities.split(",").map((pair) => {
      const [city = "", name = ""] = pair.split(" ");
      return [`${region}/${city}`, name] as const;
    }),
  ),
);

/** Cities whose zones keep an older spelling in many browsers. */
const RENAMED: Readonly<Record<string, string>> = {
  Calcutta: "Kolkata",
  Katmandu: "Kathmandu",
  Kiev: "Kyiv",
  Rangoon: "Yangon",
  Saigon: "Ho Chi Minh",
};

/** "東京", "ニューヨーク", "クロアチア" / "Tokyo", "New York", "Zagreb". */
export function zonePlace(zone: string, language: Language): string {
  if (language === "en") return zoneCity(zone);
  return CITIES.get(zone) ?? japaneseLocation(zone) ?? zoneCity(zone);
}

/** The city in an IANA name: "America/Argentina/Buenos_Aires" -> "Buenos Aires". */
export function zoneCity(zone: string): string {
  const city = (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
  return RENAMED[city] ?? city;
}

/** What the zone is called all year: "日本標準時", "中央ヨーロッパ時間" / "Eastern Time". */
export function zoneName(zone: string, language: Language): string {
  return nameOf(zone, language, "longGeneric") ?? "";
}

/** "GMT+9", "GMT-3:30": the distance from UTC at an instant. */
export function zoneOffset(zone: string, at: Date): string {
  return nameOf(zone, "en", "shortOffset", at) ?? "";
}

/** Where Japanese has no abbreviation, the short name is city or country and 時間. */
export function japaneseLocation(zone: string): string | undefined {
  const name = nameOf(zone, "ja", "shortGeneric") ?? "";
  return /^(.+)時間$/.exec(name)?.[1];
}

type Style = "longGeneric" | "shortGeneric" | "shortOffset";

function nameOf(zone: string, language: Language, style: Style, at = new Date()) {
  try {
    const format = new Intl.DateTimeFormat(language, { timeZone: zone, timeZoneName: style });
    return format.formatToParts(at).find((part) => part.type === "timeZoneName")?.value;
  } catch {
    return undefined; // an older browser without this style
  }
}
