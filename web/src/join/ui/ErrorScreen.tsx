/** What went wrong, what to do next, and a button that does it where one can. */
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { errorText } from "../../shared/errors";
import { Help } from "../../shared/Help";
import { Button } from "./Button";
import { Heading } from "./Heading";

interface ErrorScreenProps {
  error: unknown;
  onRetry?: (() => void) | undefined;
  /** Said in place of the code's own words, where those would mislead. */
  words?: { title: string; next: string } | undefined;
  /** Nothing went wrong: it is only over. */
  calm?: boolean;
  children?: ReactNode;
}

export function ErrorScreen({ error, onRetry, words, calm, children }: ErrorScreenProps) {
  const { t } = useTranslation();
  const text = { ...errorText(t, error), ...words };
  return (
    <section className="card card-center" data-testid="error-screen" data-code={text.code}>
      <div className={calm ? "sign sign-good" : "sign sign-warm"} aria-hidden="true">
        {calm ? "✓" : "!"}
      </div>
      <Heading>{text.title}</Heading>
      <p className="lead">{text.next}</p>
      {children}
      {onRetry ? (
        <Button kind="primary" onClick={onRetry}>
          {t("common.retry")}
        </Button>
      ) : null}
      <Help />
      {calm ? null : <p className="fine">{t("common.errorCode", { code: text.code })}</p>}
    </section>
  );
}

/** What one cannot go on from alone. */
const HELPED = ["internal", "too_late"];

/** The same words in a box, for errors that leave the page usable. */
export function ErrorNotice({ error, children }: { error: unknown; children?: ReactNode }) {
  const { t } = useTranslation();
  const text = errorText(t, error);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Not its value: newer browsers return a promise, which is no way to undo an effect.
    void box.current?.scrollIntoView({ block: "nearest" });
  }, [error]);
  return (
    <div ref={box} className="notice notice-warm" role="alert" data-code={text.code}>
      <strong>{text.title}</strong>
      <p>{text.next}</p>
      {HELPED.includes(text.code) ? <Help /> : null}
      {children}
    </div>
  );
}
