/** What the times depend on beside the zone: the kind of session, or the language that is spoken. */
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "../shared/store";
import type { BookingFlow } from "./flow";
import { inOwnLanguage, languageNames } from "./names";
import { kindOf, languagesToChoose } from "./state";

/** A therapist's kinds of sessions, where there is more than one. */
export function KindChoice({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const state = useStore(flow.state);
  const kinds = flow.therapist?.kinds ?? [];
  if (kinds.length < 2) return null;
  const chosen = kindOf(state);
  return (
    <fieldset className="kinds">
      <legend>{t("booking.kind.label")}</legend>
      {kinds.map((kind) => (
        <label key={kind.session_type_id} className="kind" data-testid="kind">
          <input
            type="radio"
            name="kind"
            checked={kind === chosen}
            onChange={() => void flow.chooseKind(kind.session_type_id)}
          />
          <span>
            <strong>{inOwnLanguage(kind.name)}</strong>{" "}
            <span className="soft">
              {t("booking.kind.minutes", { minutes: kind.session_minutes })}
              {kind.approval ? ` · ${t("booking.kind.request")}` : null}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Said before a time is picked: what is booked is a request at first. */
export function RequestNote({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const state = useStore(flow.state);
  if (!kindOf(state)?.approval) return null;
  return (
    <p className="notice" data-testid="request-note">
      {t("booking.kind.answered", { hours: state.offer?.answer_within_h ?? 0 })}
    </p>
  );
}

/** By time: only of those who speak it, where not everybody speaks the same. */
export function LanguageChoice({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const state = useStore(flow.state);
  const id = useId();
  const languages = languagesToChoose(state);
  if (languages.length === 0) return null;
  return (
    <p className="language-choice">
      <label htmlFor={id}>{t("booking.by.language")}</label>
      <select
        id={id}
        data-testid="language"
        value={state.language ?? ""}
        onChange={(event) => void flow.chooseLanguage(event.target.value || null)}
      >
        <option value="">{t("booking.by.anyLanguage")}</option>
        {languages.map((code) => (
          <option key={code} value={code}>
            {languageNames([code])}
          </option>
        ))}
      </select>
    </p>
  );
}
