/** The texts of the exercise library, loaded with it. */
import i18next from "i18next";
import en from "./locales/en.json";
import ja from "./locales/ja.json";

i18next.addResourceBundle("ja", "translation", ja, true);
i18next.addResourceBundle("en", "translation", en, true);
