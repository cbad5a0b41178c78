/** What was sent to one webhook and what came of it, the newest first. */
import { Badge, Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { dateAndTime, visitorZone } from "../../../shared/time";
import { Loading } from "../../layout/Screens";
import { type Delivery, useDeliveries, wordOf } from "./hooks";

const COLOURS = { waiting: "gray", delivered: "green", given_up: "red" } as const;

export function Deliveries({ id, host }: { id: string; host: string }) {
  const { t } = useTranslation();
  const { data, isError, hasNextPage, isFetchingNextPage, fetchNextPage } = useDeliveries(id);
  const found = data?.pages.flatMap((page) => page.deliveries) ?? [];
  return (
    <div className="stack">
      {data ? null : isError ? <Text role="alert">{t("webhooks.failed")}</Text> : <Loading />}
      {data && found.length === 0 ? <Text>{t("webhooks.deliveries_none")}</Text> : null}
      <ul className="plain-list deliveries" aria-label={t("webhooks.deliveries_of", { host })}>
        {found.map((one) => (
          <DeliveryLine key={one.delivery_id} one={one} />
        ))}
      </ul>
      {hasNextPage ? (
        <Button
          className="start"
          variant="default"
          size="sm"
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t("webhooks.more")}
        </Button>
      ) : null}
    </div>
  );
}

function DeliveryLine({ one }: { one: Delivery }) {
  const { t } = useTranslation();
  const answer = one.status
    ? t("webhooks.answer", { status: one.status })
    : t("webhooks.no_answer");
  return (
    <li data-testid="delivery" data-state={one.state}>
      <Badge variant="light" color={COLOURS[one.state]}>
        {t(`webhooks.state.${one.state}`)}
      </Badge>
      <div className="grow">
        <Text size="sm" fw={700}>
          {t(`webhooks.topic.${wordOf(one.topic)}`)}
        </Text>
        <Text size="sm">
          {dateAndTime(one.created_at, visitorZone())}
          {one.attempts > 0
            ? ` · ${t("webhooks.attempts", { count: one.attempts })} · ${answer}`
            : null}
        </Text>
      </div>
    </li>
  );
}
