/** How one's own name is written on English pages and in English mails; elsewhere it stays as it is. */
import { TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Pace } from "../../../api/types";
import { refusedFields } from "../../../shared/errors";
import { Card, FormEnd } from "./Card";
import type { Change, Save } from "./usePace";

const LONGEST = 100;

export function NameCard({ pace, saving, save }: { pace: Pace; saving: boolean; save: Save }) {
  const { t } = useTranslation();
  const known = pace.name_en ?? "";
  const [typed, setTyped] = useState<string | null>(null);
  const [refused, setRefused] = useState(false);
  const change = (text: string | null): void => {
    setTyped(text);
    setRefused(false);
  };
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const done = await save(changeOf(pace, (typed ?? "").trim() || null, t("pace.name.saved")));
    if (done.ok) change(null);
    else setRefused(refusedFields(done.error).has("name_en"));
  };
  return (
    <Card name="name" title={t("pace.name.title")} lead={t("pace.name.lead", { name: pace.name })}>
      <form className="stack" noValidate onSubmit={(event) => void submit(event)}>
        <TextInput
          name="name_en"
          label={t("pace.name.label")}
          description={t("pace.name.text")}
          autoComplete="off"
          maxLength={LONGEST}
          data-testid="field-name_en"
          value={typed ?? known}
          error={refused ? t("pace.name.refused") : null}
          onChange={(event) => change(event.currentTarget.value)}
        />
        {typed !== null && typed !== known ? (
          <FormEnd name="name" saving={saving} onCancel={() => change(null)} />
        ) : null}
      </form>
    </Card>
  );
}

function changeOf(pace: Pace, name_en: string | null, said: string): Change {
  const set = (to: string | null) =>
    ({ method: "PUT", path: "/name", body: { name_en: to }, versioned: true }) as const;
  return { ...set(name_en), said, undo: () => set(pace.name_en) };
}
