/**
 * What people type who look for a time zone and whose word is in no name of it: their country, a big city that
 * has no zone of its own, an abbreviation. By the city of the zone; words of several parts stand as one.
 *
 * Only the commonest: every zone is found by its own city, and by its distance from UTC.
 */
const WORDS: Readonly<Record<string, string>> = {
  Tokyo:
    "japan,日本,jst,osaka,大阪,kyoto,京都,nagoya,名古屋,yokohama,横浜,sapporo,札幌,fukuoka,福岡,kobe,神戸,sendai,仙台,hiroshima,広島,okinawa,沖縄",
  Seoul: "south korea,korea,韓国,kst,busan,釜山",
  Shanghai: "china,中国,beijing,北京,shenzhen,深圳,深セン,guangzhou,広州,chengdu,成都,dalian,大連",
  "Hong Kong": "hongkong,香港,hkt",
  Taipei: "taiwan,台湾",
  Singapore: "シンガポール,sgt",
  Bangkok: "thailand,タイ,ict",
  "Ho Chi Minh": "vietnam,ベトナム,hanoi,ハノイ",
  Manila: "philippines,フィリピン,cebu,セブ",
  Jakarta: "indonesia,インドネシア",
  Makassar: "bali,バリ",
  "Kuala Lumpur": "malaysia,マレーシア",
  Kolkata:
    "india,インド,ist,mumbai,ムンバイ,delhi,new delhi,デリー,ニューデリー,bangalore,bengaluru,バンガロール,ベンガルール,chennai,チェンナイ,hyderabad,ハイデラバード",
  Dubai: "uae,united arab emirates,アラブ首長国連邦,abu dhabi,アブダビ",
  Jerusalem: "israel,イスラエル,tel aviv,テルアビブ",
  Istanbul: "turkey,türkiye,トルコ,ankara,アンカラ",
  Moscow: "russia,ロシア,msk,st petersburg,サンクトペテルブルク",
  London:
    "uk,gb,england,united kingdom,great britain,イギリス,英国,bst,wet,manchester,マンチェスター,edinburgh,エディンバラ",
  Dublin: "ireland,アイルランド",
  Lisbon: "portugal,ポルトガル",
  Paris: "france,フランス,cet,cest,lyon,リヨン",
  Berlin:
    "germany,deutschland,ドイツ,cet,cest,munich,münchen,ミュンヘン,frankfurt,フランクフルト,hamburg,ハンブルク,düsseldorf,dusseldorf,デュッセルドルフ,cologne,köln,ケルン",
  Madrid: "spain,スペイン,cet,cest,barcelona,バルセロナ",
  Rome: "italy,イタリア,cet,cest,milan,ミラノ",
  Amsterdam: "netherlands,holland,オランダ,cet,cest",
  Brussels: "belgium,ベルギー,cet,cest",
  Zurich: "switzerland,スイス,cet,cest,geneva,ジュネーブ",
  Vienna: "austria,オーストリア,cet,cest",
  Prague: "czechia,czech republic,チェコ,cet,cest",
  Warsaw: "poland,ポーランド,cet,cest",
  Budapest: "hungary,ハンガリー,cet,cest",
  Stockholm: "sweden,スウェーデン,cet,cest",
  Oslo: "norway,ノルウェー,cet,cest",
  Copenhagen: "denmark,デンマーク,cet,cest",
  Helsinki: "finland,フィンランド,eet,eest",
  Athens: "greece,ギリシャ,eet,eest",
  Kyiv: "ukraine,ウクライナ,eet,eest",
  Cairo: "egypt,エジプト",
  Johannesburg: "south africa,南アフリカ,cape town,ケープタウン,sast",
  Nairobi: "kenya,ケニア",
  "New York":
    "usa,us,united states,america,アメリカ,米国,est,edt,et,boston,ボストン,washington,ワシントン,miami,マイアミ,atlanta,アトランタ,philadelphia,フィラデルフィア",
  Chicago:
    "usa,us,united states,america,アメリカ,米国,cst,cdt,ct,texas,テキサス,dallas,ダラス,houston,ヒューストン",
  Denver: "usa,us,united states,america,アメリカ,米国,mst,mdt,mt,salt lake city,ソルトレイクシティ",
  "Los Angeles":
    "usa,us,united states,america,アメリカ,米国,pst,pdt,pt,california,カリフォルニア,san francisco,サンフランシスコ,san diego,サンディエゴ,san jose,サンノゼ,seattle,シアトル,las vegas,ラスベガス,portland,ポートランド,silicon valley,シリコンバレー",
  Anchorage: "alaska,アラスカ,akst",
  Honolulu: "usa,hawaii,ハワイ,hst",
  Toronto: "canada,カナダ,montreal,モントリオール,ottawa,オタワ",
  Vancouver: "canada,カナダ",
  "Mexico City": "mexico,メキシコ",
  "Sao Paulo": "brazil,ブラジル,rio de janeiro,リオデジャネイロ,são paulo",
  "Buenos Aires": "argentina,アルゼンチン",
  Santiago: "chile,チリ",
  Lima: "peru,ペルー",
  Bogota: "colombia,コロンビア",
  Sydney: "australia,オーストラリア,aest,aedt,canberra,キャンベラ",
  Melbourne: "australia,オーストラリア,aest,aedt",
  Brisbane: "australia,オーストラリア,aest,gold coast,ゴールドコースト",
  Perth: "australia,オーストラリア,awst",
  Auckland: "new zealand,ニュージーランド,nzst,wellington,ウェリントン",
};

/** By the city of a zone (shared/zones.ts, zoneCity). */
export function alsoCalled(city: string): readonly string[] {
  return WORDS[city]?.split(",") ?? [];
}
