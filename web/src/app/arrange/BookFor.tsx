/** The therapist books for a client of theirs: whom is chosen here, the rest is Arrange.tsx's. */
import { Button, NativeSelect, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Arrange, useArranging } from "./Arrange";
import { OWN_DESK, useClients } from "./arranging";
import "./arrange.css";

/** `shown`: the day that is looked at, from which one begins. */
export function BookFor({ zone, today, shown }: { zone: string; today: string; shown: string }) {
  const { t } = useTranslation();
  const clients = useClients();
  const arranging = useArranging(OWN_DESK, shown < today ? today : shown);
  const people = clients.data?.clients ?? [];
  return (
    <section className="card" aria-labelledby="arrange-title" data-testid="arrange">
      <Title order={2} size="h4" id="arrange-title">
        {t("app.arrange.title")}
      </Title>
      {clients.isError ? <Failed onRetry={() => void clients.refetch()} /> : null}
      {clients.data && people.length === 0 ? <Text>{t("app.arrange.nobody")}</Text> : null}
      {people.length > 0 ? (
        <>
          <NativeSelect
            label={t("app.arrange.client")}
            data-testid="arrange-client"
            value={arranging.wish.client}
            onChange={(event) => arranging.change({ client: event.currentTarget.value })}
            data={[
              { value: "", label: t("app.arrange.choose") },
              ...people.map((one) => ({ value: one.client_id, label: one.name })),
            ]}
          />
          <Arrange zone={zone} today={today} arranging={arranging} />
        </>
      ) : null}
    </section>
  );
}

function Failed({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <div role="alert">
      <Text>{t("app.arrange.failed")}</Text>
      <Button variant="default" size="sm" onClick={onRetry}>
        {t("common.retry")}
      </Button>
    </div>
  );
}
