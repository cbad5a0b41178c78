/** The therapist's page: who waits, the day's sessions, and whether a waiting client is also heard. */
import "./therapist.css";
import { Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { dayName, localDate, zoneLabel } from "../../shared/time";
import { BookFor } from "../arrange/BookFor";
import { Loading } from "../layout/Screens";
import { useSearch } from "../navigation";
import { useSessions } from "../queries";
import { useNow } from "../ticking";
import { dayIn } from "./day";
import { Requests } from "./answer/Requests";
import { DayNav } from "./DayNav";
import { NextUp } from "./NextUp";
import { OwnGroups } from "./OwnGroups";
import { Sessions } from "./Sessions";
import { SoundCard } from "./SoundCard";
import { WaitingBanner } from "./WaitingBanner";
import { useWatch } from "./watch";

export function Today() {
  const { t } = useTranslation();
  const { alarm, chime, quiet, today } = useWatch(t("app.today.title"));
  const now = useNow(1_000);
  const search = useSearch();
  const timezone = today.data?.timezone;
  const todayDate = timezone ? localDate(now, timezone) : "";
  return (
    <div className="with-aside" data-testid="today">
      <Stack gap="lg" className="wide-part">
        <WaitingBanner waiting={alarm.waiting} sound={chime.state} nowMs={now} onQuiet={quiet} />
        {timezone ? <Requests /> : null}
        {timezone ? <Day timezone={timezone} nowMs={now} /> : <NotYet failed={today.isError} />}
      </Stack>
      <Stack gap="lg" component="aside" aria-label={t("app.today.settings")}>
        <SoundCard chime={chime} />
        {timezone ? (
          <BookFor
            key={dayIn(search) ?? todayDate}
            zone={timezone}
            today={todayDate}
            shown={dayIn(search) ?? todayDate}
          />
        ) : null}
        {timezone ? <OwnGroups zone={timezone} today={todayDate} /> : null}
      </Stack>
    </div>
  );
}

function Day({ timezone, nowMs }: { timezone: string; nowMs: number }) {
  const { t } = useTranslation();
  const todayDate = localDate(nowMs, timezone);
  const asked = dayIn(useSearch());
  const day = asked ?? todayDate;
  const isToday = day === todayDate;
  const shown = useSessions(isToday ? null : day);
  return (
    <>
      <div>
        <Title order={1} size="h2" className="day-title">
          {dayName(`${day}T12:00:00Z`, "UTC")}
          {isToday ? <span className="today-mark">{t("app.today.is_today")}</span> : null}
        </Title>
        <Text size="sm" c="dimmed">
          {t("app.today.timezone", { zone: zoneLabel(timezone) })}
        </Text>
      </div>
      <DayNav day={day} today={todayDate} />
      {isToday ? (
        <NextUp sessions={shown.data?.sessions ?? []} zone={timezone} now={nowMs} />
      ) : null}
      <Sessions query={shown} zone={timezone} nowMs={nowMs} isToday={isToday} />
    </>
  );
}

function NotYet({ failed }: { failed: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <Title order={1} size="h2">
        {t("app.today.title")}
      </Title>
      {failed ? <Text role="alert">{t("app.today.failed")}</Text> : <Loading />}
    </>
  );
}
