/** Asking for a mailed sign-in link. The answer is the same whether or not the address is known. */
import { Button, Text, TextInput, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { asApiError, request } from "../../shared/api";
import { refusedFields } from "../../shared/errors";
import { currentLanguage } from "../../shared/i18n";
import { mailFault } from "./fields";
import { Refusal } from "./Refusal";
import { Told } from "./Told";

export function LinkForm() {
  const { t } = useTranslation();
  const section = useRef<HTMLElement>(null);
  const ask = useMutation({
    mutationFn: (email: string) =>
      request("POST", "/sign-in-links", { body: { email, locale: currentLanguage() } }),
  });
  useEffect(() => {
    if (location.hash === "#link") section.current?.scrollIntoView({ block: "start" });
  }, []);
  return (
    <section className="card soft" id="link" aria-labelledby="link-title" ref={section}>
      <Title order={2} size="h4" id="link-title">
        {t("app.link_form.title")}
      </Title>
      {ask.isSuccess ? (
        <>
          <Told
            role="status"
            color="green"
            title={t("app.link_form.sent_title")}
            testId="link-sent"
          >
            {t("app.link_form.sent", { email: ask.variables })}
          </Told>
          <Button variant="default" onClick={() => ask.reset()}>
            {t("app.link_form.again")}
          </Button>
        </>
      ) : (
        <AskForm
          pending={ask.isPending}
          error={ask.error}
          asked={ask.variables}
          at={ask.submittedAt}
          onAsk={(email) => ask.mutate(email)}
        />
      )}
    </section>
  );
}

const WRONG = "app.sign_in.email_wrong";

function AskForm(props: {
  pending: boolean;
  error: unknown;
  /** The address that was asked for last. */
  asked: string | undefined;
  at: number;
  onAsk: (email: string) => void;
}) {
  const { t } = useTranslation();
  const [email, setEmail] = useState("");
  const [checked, setChecked] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const unreadable = refusedFields(props.error).has("email");
  const fault = mailFault(email) ?? (unreadable && email.trim() === props.asked ? WRONG : null);
  useEffect(() => {
    if (unreadable) input.current?.focus();
  }, [unreadable, props.at]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (fault) input.current?.focus();
    else if (!props.pending) props.onAsk(email.trim());
  };
  return (
    <form className="stack" noValidate onSubmit={submit}>
      <Text>{t("app.link_form.text")}</Text>
      {unreadable ? null : (
        <Refusal error={props.error ? asApiError(props.error) : null} at={props.at} />
      )}
      <TextInput
        ref={input}
        type="email"
        label={t("app.link_form.email")}
        autoComplete="email"
        inputMode="email"
        required
        withAsterisk={false}
        data-testid="signin-link-email"
        value={email}
        error={checked && fault ? t(fault) : null}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" loading={props.pending} data-testid="signin-link">
        {t("app.link_form.submit")}
      </Button>
    </form>
  );
}
