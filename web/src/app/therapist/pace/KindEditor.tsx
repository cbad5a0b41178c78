/** The form of one kind of session; every field says what it does. */
import { Switch, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SessionType } from "../../../api/types";
import { refusedFields } from "../../../shared/errors";
import { FormEnd } from "./Card";
import { NUMBERS, bodyOf, faultIn, formOf } from "./kinds";
import { NumberField } from "./NumberField";
import type { Outcome } from "./usePace";

interface Props {
  kind: SessionType;
  saving: boolean;
  onSave: (body: ReturnType<typeof bodyOf>) => Promise<Outcome>;
  onCancel: () => void;
}

export function KindEditor({ kind, saving, onSave, onCancel }: Props) {
  const { t } = useTranslation();
  const [form, setForm] = useState(() => formOf(kind));
  const [checked, setChecked] = useState(false);
  const [refused, setRefused] = useState<ReadonlySet<string>>(new Set());
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setChecked(true);
    const fault = faultIn(form);
    const field = fault
      ? event.currentTarget.querySelector<HTMLElement>(`[name="${fault}"]`)
      : null;
    if (field) return field.focus();
    const done = await onSave(bodyOf(form));
    if (!done.ok) setRefused(refusedFields(done.error));
  };
  return (
    <form
      className="stack soft-form"
      noValidate
      data-testid="kind-form"
      onSubmit={(event) => void submit(event)}
    >
      <div className="fields">
        {(["ja", "en"] as const).map((language) => (
          <TextInput
            key={language}
            name={`name.${language}`}
            data-testid={`field-name-${language}`}
            label={t(`pace.kinds.name_${language}`)}
            description={t("pace.kinds.name_text")}
            maxLength={60}
            value={form[language]}
            error={checked && !form[language].trim() ? t("pace.kinds.name_missing") : null}
            onChange={(event) => setForm({ ...form, [language]: event.currentTarget.value })}
          />
        ))}
        {NUMBERS.map(([name, least, most, step]) => (
          <NumberField
            key={name}
            name={name}
            label={t(`pace.kinds.${name}`)}
            text={t(`pace.kinds.${name}_text`)}
            value={form.numbers[name]}
            least={least}
            most={most}
            step={step}
            refused={refused.has(name)}
            onChange={(value) => setForm({ ...form, numbers: { ...form.numbers, [name]: value } })}
          />
        ))}
      </div>
      <Switch
        checked={form.approval}
        label={t("pace.kinds.approval")}
        description={t("pace.kinds.approval_text")}
        onChange={(event) => setForm({ ...form, approval: event.currentTarget.checked })}
      />
      <FormEnd name="kind" saving={saving} onCancel={onCancel} />
    </form>
  );
}
