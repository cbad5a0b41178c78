/**
 * The page of a mailed sign-in link. Opening it changes nothing; a press of the button exchanges the link, because
 * mail scanners open links, and some run a page's scripts, too.
 */
import { Button, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { LinkExchange, Me } from "../../api/types";
import { asApiError, request } from "../../shared/api";
import { errorText } from "../../shared/errors";
import { usePageTitle } from "../layout/title";
import { enter } from "../session";
import { LinkForm } from "./LinkForm";
import { Told } from "./Told";

/** Links of other kinds opened here by mistake have pages of their own. */
const ELSEWHERE: Readonly<Record<string, string>> = { booking: "/b/", join: "/join/" };

const SPENT = new Set(["link_expired", "link_revoked"]);

export function LinkPage({ token }: { token: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  usePageTitle(t("app.link.title"));
  const exchange = useMutation({
    mutationFn: () => exchanged(token),
    onSuccess: (result) => {
      if (typeof result === "string") location.replace(result);
      else enter(queries, result, null);
    },
  });
  return (
    <Stack className="narrow" gap="lg">
      <Title order={1} size="h2">
        {t("app.link.title")}
      </Title>
      {exchange.error ? <Refused error={exchange.error} /> : null}
      {exchange.error && asApiError(exchange.error).status in DEAD ? (
        <LinkForm />
      ) : (
        <section className="card">
          <Text>{t("app.link.text")}</Text>
          <Button
            loading={exchange.isPending || exchange.isSuccess}
            onClick={() => exchange.mutate()}
            data-testid="link-submit"
          >
            {t("app.link.submit")}
          </Button>
        </section>
      )}
    </Stack>
  );
}

/** Statuses after which pressing again cannot help. */
const DEAD: Readonly<Record<number, true>> = { 404: true, 410: true, 422: true };

/** Who is signed in now, or the address where this link belongs. */
async function exchanged(token: string): Promise<Me | string> {
  const link = await request<LinkExchange>("POST", "/links/exchange", { body: { token } });
  const elsewhere = ELSEWHERE[link.purpose];
  return elsewhere ? elsewhere + encodeURIComponent(token) : request<Me>("GET", "/me");
}

function Refused({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const { code, status } = asApiError(error);
  if (SPENT.has(code)) {
    return (
      <Told color="apricot" title={t("app.link.gone_title")} testId="link-refused">
        {t("app.link.gone")}
      </Told>
    );
  }
  if (status in DEAD) {
    return (
      <Told color="apricot" title={t("app.link.unknown_title")} testId="link-refused">
        {t("app.link.unknown")}
      </Told>
    );
  }
  const text = errorText(t, error);
  return (
    <Told color="red" title={text.title} testId="link-refused">
      {text.next}
    </Told>
  );
}
