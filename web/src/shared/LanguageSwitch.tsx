/** The switch between Japanese and English that stands on every page. */
import { useTranslation } from "react-i18next";
import { LANGUAGES, chooseLanguage } from "./i18n";

const OWN_NAMES = { ja: "日本語", en: "English" } as const;

export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <div
      className="language-switch"
      data-testid="language-switch"
      role="group"
      aria-label={t("common.language")}
    >
      {LANGUAGES.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          data-testid={`language-switch-${language}`}
          aria-pressed={i18n.language === language}
          onClick={() => chooseLanguage(language)}
        >
          {OWN_NAMES[language]}
        </button>
      ))}
    </div>
  );
}
