/** A button for what cannot be undone: it asks once more, in place, and says what would come of it. */
import { Button, Text } from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  /** What the button does, in a word or two. */
  children: ReactNode;
  /** The same, naming what it is done to. */
  label: string;
  question: string;
  busy: boolean;
  testId: string;
  onSure: () => void;
}

export function Sure({ children, label, question, busy, testId, onSure }: Props) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const first = useRef<HTMLButtonElement>(null);
  const keep = useRef<HTMLButtonElement>(null);
  const asked = useRef(false);
  useEffect(() => {
    // The focus goes along, and comes back to where it was.
    if (asking) keep.current?.focus();
    else if (asked.current) first.current?.focus();
    asked.current = asking;
  }, [asking]);
  if (!asking) {
    return (
      <Button
        ref={first}
        variant="subtle"
        color="red"
        size="sm"
        aria-label={label}
        loading={busy}
        data-testid={testId}
        onClick={() => setAsking(true)}
      >
        {children}
      </Button>
    );
  }
  return (
    <div className="sure" role="group" aria-label={question}>
      <Text size="sm">{question}</Text>
      <div className="actions">
        <Button
          color="red"
          size="sm"
          data-testid={`${testId}-sure`}
          onClick={() => {
            setAsking(false);
            onSure();
          }}
        >
          {children}
        </Button>
        <Button ref={keep} variant="default" size="sm" onClick={() => setAsking(false)}>
          {t("common.back")}
        </Button>
      </div>
    </div>
  );
}
