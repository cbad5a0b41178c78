/** Proposing a colleague to a client, who decides; with a note that the colleague alone will read. */
import { NativeSelect, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { refusedFields } from "../../../shared/errors";
import { nameOf } from "../../../shared/named";
import { CARES, useColleagues } from "../../care/cares";
import { useDecide } from "../../deciding";
import { Dialog } from "../../layout/Dialog";
import { YesNo } from "../../layout/YesNo";
import type { DialogProps, FormProps } from "./dialogs";

const LONGEST_NOTE = 4000;

export function HandoverDialog({ client, opened, ...rest }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog
      name="handover"
      title={t("clients.handover.title", { name: client?.name ?? "" })}
      opened={opened}
      onClose={rest.onClose}
    >
      {client ? <Form key={client.care_id} client={client} {...rest} /> : null}
    </Dialog>
  );
}

function Form({ client, onClose, onDone }: FormProps) {
  const { t } = useTranslation();
  const colleagues = useColleagues(client.care_id);
  const decide = useDecide([CARES]);
  const [to, setTo] = useState("");
  const [note, setNote] = useState("");
  const [checked, setChecked] = useState(false);
  const known = colleagues.data?.colleagues ?? [];
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    const chosen = known.find((one) => one.therapist_id === to);
    if (!chosen) return event.currentTarget.querySelector<HTMLElement>("select")?.focus();
    const said = t("clients.handover.done", { name: client.name, other: nameOf(chosen) });
    const path = `/cares/${client.care_id}/handover`;
    const body = { therapist_id: to, note: note.trim() };
    if (!decide.isPending) decide.mutate({ path, body }, { onSuccess: () => onDone(said) });
  };
  const unkept = refusedFields(decide.error).has("note");
  return (
    <form noValidate onSubmit={submit}>
      <Stack gap="md">
        <Text>{t("clients.handover.what")}</Text>
        {colleagues.data && known.length === 0 ? (
          <Text fw={700}>{t("clients.handover.nobody")}</Text>
        ) : null}
        <NativeSelect
          label={t("clients.handover.to")}
          data-testid="handover-to"
          value={to}
          error={checked && !to ? t("clients.handover.to_missing") : null}
          onChange={(event) => setTo(event.currentTarget.value)}
          data={[
            { value: "", label: t("app.arrange.choose") },
            ...known.map((one) => ({ value: one.therapist_id, label: nameOf(one) })),
          ]}
        />
        <Textarea
          label={t("clients.handover.note")}
          description={t("clients.handover.note_text")}
          maxLength={LONGEST_NOTE}
          rows={4}
          data-testid="handover-note"
          value={note}
          error={unkept ? t("clients.handover.note_refused") : null}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <YesNo
          error={decide.error}
          instead={{ booking_status_conflict: t("clients.handover.already") }}
          pending={decide.isPending}
          yes={t("clients.handover.propose")}
          no={t("common.cancel")}
          testId="handover-propose"
          onNo={onClose}
        />
      </Stack>
    </form>
  );
}
