/** Calendars of one's own elsewhere: what is busy there is offered to nobody. Their addresses are never shown again. */
import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dateAndTime } from "../../../shared/time";
import { Refused } from "../../layout/Refused";
import { Loading } from "../../layout/Screens";
import { Sure } from "../../layout/Sure";
import { CalendarForm } from "./CalendarForm";
import { Card, Line } from "./Card";
import { NotLoaded } from "../../layout/NotLoaded";
import {
  MOST_CALENDARS,
  type PersonalCalendar,
  useCalendarChange,
  useCalendars,
  wordFor,
} from "./calendars";

export function CalendarsCard({ zone }: { zone: string }) {
  const { t } = useTranslation();
  const { data, isError, refetch } = useCalendars();
  const [adding, setAdding] = useState(false);
  const calendars = data?.calendars ?? [];
  return (
    <Card name="calendars" title={t("pace.calendars.title")} lead={t("pace.calendars.lead")}>
      {data ? null : isError ? (
        <NotLoaded text={t("pace.load_failed")} onRetry={() => void refetch()} />
      ) : (
        <Loading />
      )}
      {data && calendars.length === 0 ? <Text>{t("pace.calendars.none")}</Text> : null}
      <ul className="plain-list">
        {calendars.map((one) => (
          <CalendarLine key={one.calendar_id} one={one} zone={zone} />
        ))}
      </ul>
      {adding ? (
        <CalendarForm onDone={() => setAdding(false)} />
      ) : calendars.length >= MOST_CALENDARS ? (
        <Text size="sm">{t("pace.calendars.most", { count: MOST_CALENDARS })}</Text>
      ) : (
        <Button
          variant="default"
          size="sm"
          data-testid="add-calendar"
          onClick={() => setAdding(true)}
        >
          {t("pace.calendars.add")}
        </Button>
      )}
    </Card>
  );
}

function CalendarLine({ one, zone }: { one: PersonalCalendar; zone: string }) {
  const { t } = useTranslation();
  const change = useCalendarChange();
  const path = `/${one.calendar_id}`;
  return (
    <Line
      testId="calendar"
      actions={
        <>
          <Button
            variant="default"
            size="sm"
            aria-label={t("pace.calendars.refresh_of", { name: one.label })}
            loading={change.isPending && change.variables.method === "POST"}
            data-testid="refresh-calendar"
            onClick={() => change.mutate({ method: "POST", path: `${path}/refresh` })}
          >
            {t("pace.calendars.refresh")}
          </Button>
          <Sure
            label={t("pace.calendars.remove_of", { name: one.label })}
            question={t("pace.calendars.sure", { name: one.label })}
            busy={change.isPending && change.variables.method === "DELETE"}
            testId="remove-calendar"
            onSure={() => change.mutate({ method: "DELETE", path })}
          >
            {t("pace.remove")}
          </Sure>
        </>
      }
    >
      <Text fw={700}>{one.label}</Text>
      <Text size="sm">{t("pace.calendars.state", { host: one.host, count: one.busy_times })}</Text>
      <LastLook one={one} zone={zone} />
      <Refused error={change.error} />
    </Line>
  );
}

/** When it was last read; and where the last look failed, why, and that what was read before still counts. */
function LastLook({ one, zone }: { one: PersonalCalendar; zone: string }) {
  const { t } = useTranslation();
  const at = (instant: string | null): string => (instant ? dateAndTime(instant, zone) : "–");
  return (
    <div role="status" data-testid="calendar-state" data-problem={one.problem ?? ""}>
      {one.problem ? (
        <Text size="sm" className="stale">
          {t("pace.calendars.failed", { when: at(one.tried_at) })}{" "}
          {t(`pace.calendars.problem.${wordFor(one.problem)}`)} {t("pace.calendars.stays")}
        </Text>
      ) : (
        <Text size="sm" c="dimmed">
          {t("pace.calendars.read", { when: at(one.refreshed_at) })}
        </Text>
      )}
    </div>
  );
}
