/** What waits for the therapist's answer, the most urgent first, on whatever day it would be; nothing where none does. */
import { Button, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { TherapistSession } from "../../../api/types";
import { dateAndTime, timeOfDay } from "../../../shared/time";
import { useRequests } from "../../queries";
import { Answer, AnswerAll } from "./Answer";
import { together } from "./together";

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
        {together(data.sessions).map((part) => (
          <Part key={part[0]?.booking_id} part={part} zone={data.timezone} />
        ))}
      </ul>
    </section>
  );
}

function Part({ part, zone }: { part: TherapistSession[]; zone: string }) {
  const [first, ...more] = part;
  if (!first) return null;
  return more.length > 0 ? <Several all={part} zone={zone} /> : <Line one={first} zone={zone} />;
}

/** Asked for together: one answer to all, or one to each. */
function Several({ all, zone }: { all: TherapistSession[]; zone: string }) {
  const { t } = useTranslation();
  return (
    <li className="request" data-testid="request-series">
      <Text fw={700}>{t("app.today.client", { name: all[0]?.client_name ?? "" })}</Text>
      <Text>{t("app.requests.several", { count: all.length })}</Text>
      <ul className="plain-list request-times">
        {all.map((one) => (
          <li key={one.booking_id}>
            <Times one={one} zone={zone} />
          </li>
        ))}
      </ul>
      <AnswerAll all={all} zone={zone} />
      <details data-testid="request-each">
        <summary>{t("app.requests.each")}</summary>
        <ul className="plain-list">
          {all.map((one) => (
            <Line key={one.booking_id} one={one} zone={zone} />
          ))}
        </ul>
      </details>
    </li>
  );
}

function Times({ one, zone }: { one: TherapistSession; zone: string }) {
  return (
    <Text>
      {dateAndTime(one.starts_at, zone)}–{timeOfDay(one.ends_at, zone)}
    </Text>
  );
}

function Line({ one, zone }: { one: TherapistSession; zone: string }) {
  const { t } = useTranslation();
  return (
    <li className="request" data-testid="request">
      <Text fw={700}>{t("app.today.client", { name: one.client_name })}</Text>
      <Times one={one} zone={zone} />
      <Answer one={one} zone={zone} />
    </li>
  );
}
