/** A button for what cannot be undone: it says what will happen, takes a reason if there is one, and is pressed again. */
import { Button, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { YesNo } from "../../layout/YesNo";

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
      <YesNo
        error={error}
        pending={pending}
        color="red"
        size="sm"
        yes={words.sure}
        no={t("app.call_off.back")}
        testId={`${name}-sure`}
        onYes={() => onSure(reason.trim())}
        onNo={() => setOpen(false)}
      />
    </div>
  );
}
