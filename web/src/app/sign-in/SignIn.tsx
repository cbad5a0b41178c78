/** Signing in with mail and password, or asking for a mailed link. What is wrong with the input: fields.ts. */
import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Me } from "../../api/types";
import { asApiError, request } from "../../shared/api";
import { usePageTitle } from "../layout/title";
import { PageLink, useSearch } from "../navigation";
import { useMe } from "../queries";
import { afterSignIn, safeNext } from "../routes";
import { enter } from "../session";
import { type Credentials, faultsOf, firstFault } from "./fields";
import { LinkForm } from "./LinkForm";
import { Refusal } from "./Refusal";

export function SignIn() {
  const { t } = useTranslation();
  const search = new URLSearchParams(useSearch());
  const wanted = safeNext(search.get("next"));
  const me = useMe().data;
  usePageTitle(t("app.sign_in.title"));
  return (
    <Stack className="narrow" gap="lg">
      <Title order={1} size="h2">
        {t("app.sign_in.title")}
      </Title>
      {search.has("signed_out") && !me ? (
        <Alert color="green" role="status">
          {t("app.sign_in.signed_out")}
        </Alert>
      ) : null}
      {wanted && !me ? <Text>{t("app.sign_in.wanted")}</Text> : null}
      {me ? <Already me={me} wanted={wanted} /> : <PasswordForm wanted={wanted} />}
      <LinkForm />
    </Stack>
  );
}

function Already({ me, wanted }: { me: Me; wanted: string | null }) {
  const { t } = useTranslation();
  return (
    <section className="card">
      <Text>{t("app.sign_in.already", { name: me.name ?? "" })}</Text>
      <Button component={PageLink} href={afterSignIn(me.roles, wanted)}>
        {t("app.sign_in.go_on")}
      </Button>
    </section>
  );
}

function PasswordForm({ wanted }: { wanted: string | null }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [typed, setTyped] = useState<Credentials>({ email: "", password: "" });
  const [checked, setChecked] = useState(false);
  const signIn = useMutation({
    mutationFn: (credentials: Credentials) =>
      request<Me>("POST", "/sessions", { body: credentials }),
    onSuccess: (me) => enter(queries, me, wanted),
  });
  const faults = faultsOf(typed);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    const fault = firstFault(faults);
    if (fault) event.currentTarget.querySelector<HTMLElement>(`[name="${fault}"]`)?.focus();
    else if (!signIn.isPending) signIn.mutate({ ...typed, email: typed.email.trim() });
  };
  return (
    <form className="card" noValidate onSubmit={submit}>
      <Refusal error={signIn.error ? asApiError(signIn.error) : null} at={signIn.submittedAt} />
      <TextInput
        name="email"
        type="email"
        label={t("app.sign_in.email")}
        autoComplete="username"
        inputMode="email"
        required
        withAsterisk={false}
        data-testid="signin-email"
        value={typed.email}
        error={checked && faults.email ? t(faults.email) : null}
        onChange={(event) => setTyped({ ...typed, email: event.currentTarget.value })}
      />
      <PasswordInput
        name="password"
        label={t("app.sign_in.password")}
        autoComplete="current-password"
        required
        withAsterisk={false}
        data-testid="signin-password"
        value={typed.password}
        error={checked && faults.password ? t(faults.password) : null}
        visibilityToggleButtonProps={{ "aria-label": t("app.sign_in.show_password") }}
        onChange={(event) => setTyped({ ...typed, password: event.currentTarget.value })}
      />
      <Button type="submit" loading={signIn.isPending} data-testid="signin-submit">
        {t("app.sign_in.submit")}
      </Button>
    </form>
  );
}
