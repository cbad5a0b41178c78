/**
 * Languages: Japanese first, English second. A bundle gives its own texts; the
 * shared ones (errors, common words) are always there.
 *
 * Choice: ?lang=, then what the visitor chose before, then the browser's wish.
 */
import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import sharedEn from "./locales/en.json";
import sharedJa from "./locales/ja.json";
import type appJa from "../app/locales/ja.json";
import type bookingJa from "../booking/locales/ja.json";
import type webhooksJa from "../app/staff/webhooks/locales/ja.json";
import type queueJa from "../app/staff/waiting/locales/ja.json";
import type clientsJa from "../app/therapist/clients/locales/ja.json";
import type exercisesJa from "../app/therapist/exercises/locales/ja.json";
import type therapistJa from "../app/therapist/locales/ja.json";
import type changeJa from "../change/locales/ja.json";
import type chooseJa from "../choose/locales/ja.json";
import type joinJa from "../join/locales/ja.json";
import type monthJa from "./month/locales/ja.json";
import type zoneJa from "./zone/locales/ja.json";

export const LANGUAGES = ["ja", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

type Texts = Record<string, unknown>;

declare module "i18next" {
  interface CustomTypeOptions {
    resources: {
      translation: typeof sharedJa &
        typeof joinJa &
        typeof bookingJa &
        typeof monthJa &
        typeof zoneJa &
        typeof changeJa &
        typeof chooseJa &
        typeof appJa &
        typeof therapistJa &
        typeof webhooksJa &
        typeof clientsJa &
        typeof exercisesJa &
        typeof queueJa;
    };
  }
}

const STORAGE_KEY = "todoku.language";

export function startI18n(bundle: Record<Language, Texts>): i18n {
  void i18next.use(initReactI18next).init({
    lng: detectLanguage(location.search, stored(), navigator.languages),
    fallbackLng: "ja",
    initAsync: false,
    interpolation: { escapeValue: false },
    resources: {
      ja: { translation: { ...sharedJa, ...bundle.ja } },
      en: { translation: { ...sharedEn, ...bundle.en } },
    },
  });
  i18next.on("languageChanged", markDocument);
  markDocument(i18next.language);
  return i18next;
}

export function detectLanguage(
  search: string,
  chosen: string | null,
  wishes: readonly string[],
): Language {
  const asked = new URLSearchParams(search).get("lang");
  const order = [asked, chosen, ...wishes].filter((tag) => tag !== null);
  for (const tag of order) {
    const language = tag.slice(0, 2).toLowerCase();
    if (isLanguage(language)) return language;
  }
  return "ja";
}

export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : "ja";
}

export function chooseLanguage(language: Language): void {
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // A browser that stores nothing still shows the chosen language on this page.
  }
  void i18next.changeLanguage(language);
}

function isLanguage(tag: string): tag is Language {
  return (LANGUAGES as readonly string[]).includes(tag);
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

function markDocument(language: string): void {
  document.documentElement.lang = language;
}
