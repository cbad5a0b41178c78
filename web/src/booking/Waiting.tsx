/** Waiting for a place, where nobody has one: one form, one press, and what happens then. */
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { type ApiError, asApiError } from "../shared/api";
import { Attempt } from "../shared/attempt";
import { useStore } from "../shared/store";
import { Button } from "../join/ui/Button";
import { ErrorNotice } from "../join/ui/ErrorScreen";
import { checkDetails, tidy } from "./form";
import type { BookingFlow } from "./flow";
import { NameAndMail } from "./NameAndMail";

const LANGUAGES = [
  ["ja", "日本語"],
  ["en", "English"],
] as const;

/** In this tab, of this page: that they wait, and the address they gave, which a reload shows again. */
const PLACE = `todoku.waits:${location.pathname}`;

function waitsAs(): string | null {
  return sessionStorage.getItem(PLACE);
}

export function Waiting({ flow }: { flow: BookingFlow }) {
  const { t, i18n } = useTranslation();
  const { known, details, zone } = useStore(flow.state);
  const [language, setLanguage] = useState<string>(i18n.language === "en" ? "en" : "ja");
  const [state, setState] = useState<"" | "sending" | "waits" | "left">(() =>
    waitsAs() === null ? "" : "waits",
  );
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [attempt] = useState(() => new Attempt());

  const join = async (event: FormEvent) => {
    event.preventDefault();
    const problems = known ? {} : checkDetails(details);
    flow.state.update({ fieldProblems: problems });
    if (Object.keys(problems).length > 0 || state === "sending") return;
    const locale = i18n.language === "en" ? "en" : "ja";
    const newcomer = known ? {} : { newcomer: { ...tidy(details), timezone: zone, locale } };
    const body = { language, ...newcomer };
    setState("sending");
    setProblem(null);
    try {
      const idempotencyKey = attempt.keyFor(JSON.stringify(body));
      await flow.asker.ask("POST", "/care/waiting", { body, idempotencyKey });
      attempt.done();
      sessionStorage.setItem(PLACE, details.email);
      setState("waits");
    } catch (error) {
      setProblem(asApiError(error));
      setState("");
    }
  };

  const stop = async () => {
    try {
      await flow.asker.ask("DELETE", "/care/waiting");
      sessionStorage.removeItem(PLACE);
      setState("left");
    } catch (error) {
      setProblem(asApiError(error));
    }
  };

  if (state === "waits") {
    return (
      <div className="notice notice-good" role="status" data-testid="waits">
        <strong>{t("booking.waiting.waits")}</strong>
        <p>
          {waitsAs()
            ? t("booking.waiting.mailed", { email: waitsAs() })
            : t("booking.waiting.waitsNext")}
        </p>
        {known ? <Button onClick={() => void stop()}>{t("booking.waiting.stop")}</Button> : null}
      </div>
    );
  }
  return (
    <form className="form waiting" noValidate onSubmit={(event) => void join(event)}>
      <h3>{t("booking.waiting.title")}</h3>
      <p>{state === "left" ? t("booking.waiting.left") : t("booking.waiting.lead")}</p>
      {problem ? <ErrorNotice error={problem} /> : null}
      {known ? null : <NameAndMail flow={flow} />}
      <fieldset className="waiting-language">
        <legend>{t("booking.waiting.language")}</legend>
        {LANGUAGES.map(([code, name]) => (
          <label key={code} lang={code}>
            <input
              type="radio"
              name="waiting-language"
              checked={language === code}
              onChange={() => setLanguage(code)}
            />
            {name}
          </label>
        ))}
      </fieldset>
      <Button kind="primary" type="submit" busy={state === "sending"} data-testid="wait">
        {t("booking.waiting.join")}
      </Button>
    </form>
  );
}
