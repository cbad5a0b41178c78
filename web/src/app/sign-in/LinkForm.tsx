/** Asking for a mailed sign-in link. The answer is the same whether or not the address is known. */
import { Alert, Button, Text, TextInput, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { asApiError, request } from "../../shared/api";
import { currentLanguage } from "../../shared/i18n";
import { mailFault } from "./fields";
import { Refusal } from "./Refusal";

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
      <div role="status">
        {ask.isSuccess ? (
          <Alert color="green" title={t("app.link_form.sent_title")}>
            {t("app.link_form.sent", { email: ask.variables })}
          </Alert>
        ) : null}
      </div>
      {ask.isSuccess ? (
        <Button variant="default" onClick={() => ask.reset()}>
          {t("app.link_form.again")}
        </Button>
      ) : (
        <AskForm
          pending={ask.isPending}
          error={ask.error}
          at={ask.submittedAt}
          onAsk={(email) => ask.mutate(email)}
        />
      )}
    </section>
  );
}

function AskForm(props: {
  pending: boolean;
  error: unknown;
  at: number;
  onAsk: (email: string) => void;
}) {
  const { t } = useTranslation();
  const [email, setEmail] = useState("");
  const [checked, setChecked] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const fault = mailFault(email);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (fault) input.current?.focus();
    else if (!props.pending) props.onAsk(email.trim());
  };
  return (
    <form className="stack" noValidate onSubmit={submit}>
      <Text>{t("app.link_form.text")}</Text>
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
      <Refusal error={props.error ? asApiError(props.error) : null} at={props.at} />
      <Button type="submit" variant="default" loading={props.pending} data-testid="signin-link">
        {t("app.link_form.submit")}
      </Button>
    </form>
  );
}
