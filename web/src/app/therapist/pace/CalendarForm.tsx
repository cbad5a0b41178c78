/** Adding a personal calendar: it is looked at before it is kept, and what is wrong with it stands at its address. */
import { TextInput } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "../../layout/Refused";
import { FormEnd } from "./Card";
import { addressProblem, useCalendarChange } from "./calendars";

const NAME_MAX = 60;
const URL_MAX = 2000;

export function CalendarForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [url, setUrl] = useState("");
  const [label, setLabel] = useState("");
  const [checked, setChecked] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const change = useCalendarChange();
  const refused = addressProblem(change.error);
  const missing = checked && !url.trim();
  const problem = missing
    ? t("pace.calendars.url_missing")
    : refused
      ? t(`pace.calendars.problem.${refused}`)
      : null;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (change.isPending) return;
    const toUrl = (): void => form.current?.querySelector<HTMLInputElement>("[name=url]")?.focus();
    if (!url.trim()) return toUrl();
    const body = { url: url.trim(), label: label.trim() || t("pace.calendars.own") };
    change.mutate({ method: "POST", path: "", body }, { onSuccess: onDone, onError: toUrl });
  };
  return (
    <form ref={form} className="stack soft-form" noValidate onSubmit={submit}>
      <TextInput
        name="url"
        type="url"
        label={t("pace.calendars.url")}
        description={t("pace.calendars.url_text")}
        autoComplete="off"
        maxLength={URL_MAX}
        data-testid="calendar-url"
        value={url}
        error={problem}
        onChange={(event) => {
          change.reset();
          setUrl(event.currentTarget.value);
        }}
      />
      <TextInput
        name="label"
        label={t("pace.calendars.label")}
        description={t("pace.calendars.label_text")}
        maxLength={NAME_MAX}
        data-testid="calendar-label"
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      <Refused error={refused ? null : change.error} />
      <FormEnd name="calendar" saving={change.isPending} onCancel={onDone} />
    </form>
  );
}
