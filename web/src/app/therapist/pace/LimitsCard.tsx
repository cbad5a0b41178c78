/** How much a week and a day may hold. Empty: no limit. Set together, by a button. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Pace } from "../../../api/types";
import { refusedFields } from "../../../shared/errors";
import { Card, FormEnd } from "./Card";
import { NumberField, fits, numberOrNull } from "./NumberField";
import type { Change, Save } from "./usePace";

interface Limits {
  weekly_minutes: string;
  message_minutes: string;
  sessions_per_day: string;
}

const BOUNDS = {
  weekly_minutes: { least: 1, most: 10_080, optional: true },
  message_minutes: { least: 0, most: 600, optional: false },
  sessions_per_day: { least: 1, most: 48, optional: true },
} as const;
const NAMES = ["weekly_minutes", "message_minutes", "sessions_per_day"] as const;

export function LimitsCard({ pace, saving, save }: { pace: Pace; saving: boolean; save: Save }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<Partial<Limits>>({});
  const [refused, setRefused] = useState<ReadonlySet<string>>(new Set());
  const shown = { ...limitsOf(pace), ...typed };
  const changed = NAMES.some((name) => shown[name] !== limitsOf(pace)[name]);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const wrong = NAMES.find((name) => {
      const { least, most, optional } = BOUNDS[name];
      return !fits(shown[name], least, most, optional);
    });
    if (wrong) return form.querySelector<HTMLElement>(`[name="${wrong}"]`)?.focus();
    const done = await save(changeOf(pace, shown, t("pace.limits.saved")));
    if (done.ok) setTyped({});
    setRefused(done.ok ? new Set() : refusedFields(done.error));
  };
  return (
    <Card name="limits" title={t("pace.limits.title")} lead={t("pace.limits.lead")}>
      <form className="stack" noValidate onSubmit={(event) => void submit(event)}>
        {NAMES.map((name) => (
          <NumberField
            key={name}
            name={name}
            label={t(`pace.limits.${name}`)}
            text={t(`pace.limits.${name}_text`, { count: pace.active })}
            value={shown[name]}
            {...BOUNDS[name]}
            refused={refused.has(name)}
            onChange={(value) => setTyped({ ...typed, [name]: value })}
          />
        ))}
        {changed ? <FormEnd name="limits" saving={saving} onCancel={() => setTyped({})} /> : null}
      </form>
    </Card>
  );
}

function limitsOf(pace: Pace): Limits {
  return {
    weekly_minutes: String(pace.weekly_minutes ?? ""),
    message_minutes: String(pace.message_minutes),
    sessions_per_day: String(pace.sessions_per_day ?? ""),
  };
}

function changeOf(pace: Pace, wanted: Limits, said: string): Change {
  const values = (from: Limits) =>
    Object.fromEntries(NAMES.map((name) => [name, numberOrNull(from[name])]));
  const set = (from: Limits) =>
    ({ method: "PATCH", path: "", body: values(from), versioned: true }) as const;
  return { ...set(wanted), said, undo: () => set(limitsOf(pace)) };
}
