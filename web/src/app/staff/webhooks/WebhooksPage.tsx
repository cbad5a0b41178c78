/** Staff say which other systems are told of bookings, see what was sent to them, and stop it. */
import "./texts";
import "./webhooks.css";
import { Alert, Button, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Copied } from "../../layout/Copied";
import { Loading } from "../../layout/Screens";
import { usePageTitle } from "../../layout/title";
import { PageLink } from "../../navigation";
import { AddForm } from "./AddForm";
import { MOST_WEBHOOKS, type Made, useWebhooks } from "./hooks";
import { WebhookCard } from "./WebhookCard";

export default function WebhooksPage() {
  const { t } = useTranslation();
  usePageTitle(t("webhooks.title"));
  const { data, isError, refetch } = useWebhooks();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  const [removed, setRemoved] = useState(false);
  const webhooks = data?.webhooks ?? [];
  const add = (result: Made): void => {
    setMade(result);
    setAdding(false);
  };
  return (
    <div className="stack webhooks" data-testid="webhooks">
      <div>
        <PageLink href="/staff">← {t("webhooks.back")}</PageLink>
        <Title order={1} size="h2">
          {t("webhooks.title")}
        </Title>
        <Text c="dimmed">{t("webhooks.lead")}</Text>
      </div>
      <div role="status">
        {made ? <Secret made={made} onSeen={() => setMade(null)} /> : null}
        {removed ? <Alert color="green">{t("webhooks.removed")}</Alert> : null}
      </div>
      {data ? null : isError ? <Failed onRetry={() => void refetch()} /> : <Loading />}
      {data && webhooks.length === 0 && !adding ? (
        <div className="card empty">
          <Text>{t("webhooks.none")}</Text>
        </div>
      ) : null}
      {webhooks.map((one) => (
        <WebhookCard key={one.webhook_id} webhook={one} onRemoved={() => setRemoved(true)} />
      ))}
      {adding ? <AddForm onMade={add} onCancel={() => setAdding(false)} /> : null}
      {data && webhooks.length >= MOST_WEBHOOKS ? (
        <Text>{t("webhooks.most", { count: MOST_WEBHOOKS })}</Text>
      ) : data && !adding ? (
        <Button
          className="start"
          data-testid="add-webhook"
          onClick={() => {
            setRemoved(false);
            setAdding(true);
          }}
        >
          {t("webhooks.add")}
        </Button>
      ) : null}
    </div>
  );
}

/** Shown until somebody says that they have it. */
function Secret({ made, onSeen }: { made: Made; onSeen: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert color="green">
      <div className="stack">
        <Text size="sm">{t("webhooks.made")}</Text>
        <Copied label={t("webhooks.secret")} value={made.secret} name="secret" />
        <Button
          className="start"
          variant="default"
          size="sm"
          data-testid="secret-seen"
          onClick={onSeen}
        >
          {t("webhooks.secret_seen")}
        </Button>
      </div>
    </Alert>
  );
}

function Failed({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="card" role="alert">
      <Text>{t("webhooks.failed")}</Text>
      <Button variant="default" onClick={onRetry}>
        {t("common.retry")}
      </Button>
    </div>
  );
}
