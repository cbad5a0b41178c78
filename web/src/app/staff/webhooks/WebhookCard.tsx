/** One webhook: whom it tells, of what, and whether it still does; test, deliveries, end. */
import { Alert, Button, Text, Title } from "@mantine/core";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { dateAndTime, visitorZone } from "../../../shared/time";
import { Refused } from "../../layout/Refused";
import { Sure } from "../../layout/Sure";
import { Deliveries } from "./Deliveries";
import { type Webhook, hostOf, useAct, wordOf } from "./hooks";

export function WebhookCard({ webhook, onRemoved }: { webhook: Webhook; onRemoved: () => void }) {
  const { t } = useTranslation();
  const title = useId();
  const [shown, setShown] = useState(false);
  const act = useAct(webhook.webhook_id);
  const host = hostOf(webhook.url);
  const when = dateAndTime(webhook.created_at, visitorZone());
  const busy = (what: "test" | "remove"): boolean => act.isPending && act.variables === what;
  const test = (): void => act.mutate("test", { onSuccess: () => setShown(true) });
  return (
    <section
      className="card"
      aria-labelledby={title}
      data-testid="webhook"
      data-active={webhook.active}
    >
      <div>
        <Title order={2} size="h4" id={title}>
          {host}
        </Title>
        <Text size="sm" className="webhook-url">
          {webhook.url}
        </Text>
        <Text size="sm" c="dimmed">
          {t("webhooks.since", { when })}
        </Text>
      </div>
      {webhook.active ? null : <Alert color="apricot">{t("webhooks.gone")}</Alert>}
      <ul className="topic-list" aria-label={t("webhooks.topics")}>
        {webhook.topics.map((topic) => (
          <li key={topic}>{t(`webhooks.topic.${wordOf(topic)}`)}</li>
        ))}
      </ul>
      <div className="actions">
        <Button
          variant="default"
          size="sm"
          aria-label={t("webhooks.test_of", { host })}
          loading={busy("test")}
          data-testid="test-webhook"
          onClick={test}
        >
          {t("webhooks.test")}
        </Button>
        <Button
          variant="default"
          size="sm"
          aria-label={t("webhooks.deliveries_of", { host })}
          aria-expanded={shown}
          data-testid="show-deliveries"
          onClick={() => setShown(!shown)}
        >
          {t("webhooks.deliveries")}
        </Button>
        <Sure
          label={t("webhooks.remove_of", { host })}
          question={t("webhooks.sure", { host })}
          busy={busy("remove")}
          testId="remove-webhook"
          onSure={() => act.mutate("remove", { onSuccess: onRemoved })}
        >
          {t("webhooks.remove")}
        </Sure>
      </div>
      <div role="status">
        {act.isSuccess && act.variables === "test" ? (
          <Text size="sm">{t("webhooks.tested")}</Text>
        ) : null}
      </div>
      <Refused error={act.error} />
      {shown ? <Deliveries id={webhook.webhook_id} host={host} /> : null}
    </section>
  );
}
