/** The texts of the pages that are loaded only when a therapist opens them. */
import i18next from "i18next";
import zoneEn from "../../shared/zone/locales/en.json";
import zoneJa from "../../shared/zone/locales/ja.json";
import en from "./locales/en.json";
import ja from "./locales/ja.json";

i18next.addResourceBundle("ja", "translation", { ...zoneJa, ...ja }, true);
i18next.addResourceBundle("en", "translation", { ...zoneEn, ...en }, true);
