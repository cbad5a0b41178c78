/** A button for what cannot be undone: it says what will happen, takes a reason if there is one, and is pressed again. */
import { Alert, Button, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { errorText } from "../../../shared/errors";

const LONGEST = 500;

interface Words {
  /** On the button, and what a screen reader says of it. */
  open: string;
  openOf: string;
  text: string;
  sure: string;
}

interface Props {
  name: string;
  words: Words;
  pending: boolean;
  error: unknown;
  onSure: (reason: string) => void;
}

export function Reasoned({ name, words, pending, error, onSure }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const said = error ? errorText(t, error) : null;
  if (!open) {
    return (
      <Button
        variant="default"
        size="sm"
        aria-label={words.openOf}
        data-testid={`${name}-open`}
        onClick={() => setOpen(true)}
      >
        {words.open}
      </Button>
    );
  }
  return (
    <div className="stack soft-form reasoned" data-testid={`${name}-form`}>
      <Text size="sm">{words.text}</Text>
      <Textarea
        autoFocus
        autosize
        minRows={2}
        maxLength={LONGEST}
        label={t("app.call_off.reason")}
        description={t("app.call_off.reason_text")}
        data-testid={`${name}-reason`}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div role="alert">
        {said ? (
          <Alert color="red" title={said.title}>
            {said.next}
          </Alert>
        ) : null}
      </div>
      <div className="actions">
        <Button
          color="red"
          size="sm"
          loading={pending}
          data-testid={`${name}-sure`}
          onClick={() => onSure(reason.trim())}
        >
          {words.sure}
        </Button>
        <Button variant="default" size="sm" onClick={() => setOpen(false)}>
          {t("app.call_off.back")}
        </Button>
      </div>
    </div>
  );
}
