/** The second question before a room is ended: its code typed, and a reason for the record. */
import { Alert, Button, Modal, Stack, Text, TextInput, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { OpsRoom } from "../../api/types";
import { asApiError, request } from "../../shared/api";
import { errorText, refusedFields } from "../../shared/errors";
import { shortCode, typedCode } from "./format";

export interface Ended {
  readonly code: string;
  /** It was over before the request came. */
  readonly already: boolean;
}

interface Question {
  room: OpsRoom;
  onClose: () => void;
  onEnded: (ended: Ended) => void;
}

/** Stands there closed, too: only then does Mantine give the focus back to the button which opened it. */
export function EndRoom(props: Omit<Question, "room"> & { room: OpsRoom | null; opened: boolean }) {
  const { room, opened, ...rest } = props;
  return (
    <Modal.Root opened={opened} onClose={rest.onClose}>
      <Modal.Overlay />
      <Modal.Content data-testid="end-room-dialog">
        <Modal.Body className="dialog">
          {room ? <Question room={room} {...rest} /> : null}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Question({ room, onClose, onEnded }: Question) {
  const { t } = useTranslation();
  const code = shortCode(room.room_id);
  const present = room.participants.filter((one) => !GONE.has(one.state));
  return (
    <>
      <Modal.Title className="dialog-title">{t("app.end_room.title", { code })}</Modal.Title>
      <Stack gap="md">
        <Alert color="red">{t("app.end_room.warning")}</Alert>
        <Text>
          {present.length > 0
            ? t("app.end_room.people", { names: present.map((one) => one.name).join(", ") })
            : t("app.end_room.people_none")}
        </Text>
        <Form roomId={room.room_id} code={code} onClose={onClose} onEnded={onEnded} />
      </Stack>
    </>
  );
}

const GONE = new Set(["left", "ended"]);
/** The room was over already: what was wanted is so. */
const OVER = new Set([404, 410]);

interface Answer {
  confirm: string;
  reason: string;
}

function Form(props: {
  roomId: string;
  code: string;
  onClose: () => void;
  onEnded: (ended: Ended) => void;
}) {
  const { t } = useTranslation();
  const { code } = props;
  const [answer, setAnswer] = useState<Answer>({ confirm: "", reason: "" });
  const [checked, setChecked] = useState(false);
  const end = useMutation({
    mutationFn: (body: Answer) => request("POST", `/ops/rooms/${props.roomId}/end`, { body }),
    onSuccess: () => props.onEnded({ code, already: false }),
    onError: (error) => {
      if (OVER.has(asApiError(error).status)) props.onEnded({ code, already: true });
    },
  });
  const confirm = typedCode(answer.confirm);
  const reason = answer.reason.trim();
  const unkept = refusedFields(end.error).has("reason");
  const faults = { confirm: confirm !== code.toLowerCase(), reason: reason === "" };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    const first = faults.confirm ? "confirm" : faults.reason ? "reason" : null;
    if (first) event.currentTarget.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
    else if (!end.isPending) end.mutate({ confirm: code, reason });
  };
  return (
    <form className="stack" noValidate onSubmit={submit}>
      <TextInput
        name="confirm"
        data-autofocus
        label={t("app.end_room.code_label", { code })}
        description={t("app.end_room.code_hint")}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        data-testid="end-room-code"
        value={answer.confirm}
        error={checked && faults.confirm ? t("app.end_room.code_missing", { code }) : null}
        onChange={(event) => setAnswer({ ...answer, confirm: event.currentTarget.value })}
      />
      <Textarea
        name="reason"
        label={t("app.end_room.reason_label")}
        description={t("app.end_room.reason_hint")}
        required
        withAsterisk={false}
        maxLength={200}
        rows={2}
        data-testid="end-room-reason"
        value={answer.reason}
        error={
          checked && faults.reason
            ? t("app.end_room.reason_missing")
            : unkept
              ? t("app.end_room.reason_refused")
              : null
        }
        onChange={(event) => setAnswer({ ...answer, reason: event.currentTarget.value })}
      />
      <Refused error={end.error} />
      <div className="actions">
        <Button type="submit" color="red" loading={end.isPending} data-testid="end-room-confirm">
          {t("app.end_room.confirm")}
        </Button>
        <Button variant="default" onClick={props.onClose}>
          {t("app.end_room.cancel")}
        </Button>
      </div>
    </form>
  );
}

function Refused({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (!error || OVER.has(asApiError(error).status)) return <div role="alert" />;
  const text = errorText(t, error);
  return (
    <div role="alert">
      <Alert color="red" title={text.title}>
        {text.next}
      </Alert>
    </div>
  );
}
