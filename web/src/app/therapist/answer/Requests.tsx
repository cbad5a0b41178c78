/** What waits for the therapist's answer, the most urgent first, on whatever day it would be; nothing where none does. */
import { Button, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { TherapistSession } from "../../../api/types";
import { dateAndTime, timeOfDay } from "../../../shared/time";
import { useRequests } from "../../queries";
import { Answer } from "./Answer";

export function Requests() {
  const { t } = useTranslation();
  const { data, isError, refetch } = useRequests();
  if (!data && isError) {
    return (
      <div className="card" role="alert">
        <Text>{t("app.requests.failed")}</Text>
        <Button variant="default" size="sm" onClick={() => void refetch()}>
          {t("common.retry")}
        </Button>
      </div>
    );
  }
  if (!data || data.sessions.length === 0) return null;
  return (
    <section className="card requests" aria-labelledby="requests-title" data-testid="requests">
      <Title order={2} size="h4" id="requests-title">
        {t("app.requests.title")}
      </Title>
      <Text size="sm">{t("app.requests.lead")}</Text>
      <ul className="plain-list">
        {data.sessions.map((one) => (
          <Line key={one.booking_id} one={one} zone={data.timezone} />
        ))}
      </ul>
    </section>
  );
}

function Line({ one, zone }: { one: TherapistSession; zone: string }) {
  const { t } = useTranslation();
  return (
    <li className="request" data-testid="request">
      <Text fw={700}>{t("app.today.client", { name: one.client_name })}</Text>
      <Text>
        {dateAndTime(one.starts_at, zone)}–{timeOfDay(one.ends_at, zone)}
      </Text>
      <Answer one={one} zone={zone} />
    </li>
  );
}
