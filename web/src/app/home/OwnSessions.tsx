/** A client's own sessions: the way into the next one, its calendar file, and what was. */
import "./home.css";
import { Badge, Button, Text, Title } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { OwnSession } from "../../api/types";
import { Answered } from "../../shared/Answered";
import { serverNow } from "../../shared/clock";
import { Help } from "../../shared/Help";
import { therapistNameOf } from "../../shared/named";
import {
  dateAndTime,
  dayName,
  localDate,
  timeOfDay,
  timeRange,
  visitorZone,
  zoneLabel,
} from "../../shared/time";
import { bookingPage } from "../../join/room/memory";
import { Loading } from "../layout/Screens";
import { useOwnSessions } from "../queries";
import { type Stage, stageOf } from "../stages";
import { useNow } from "../ticking";

export function OwnSessions() {
  const { t } = useTranslation();
  const { data, isError, refetch } = useOwnSessions();
  if (!data && isError) {
    return (
      <div className="card" role="alert" data-testid="own-failed">
        <Text>{t("app.own.failed")}</Text>
        <Button variant="default" onClick={() => void refetch()}>
          {t("common.retry")}
        </Button>
      </div>
    );
  }
  if (!data) return <Loading />;
  return (
    <>
      <div role="status">{isError ? <Text>{t("app.own.stale")}</Text> : null}</div>
      <Upcoming sessions={data.upcoming} />
      {data.past.length > 0 ? <Past sessions={data.past} /> : null}
    </>
  );
}

function Upcoming({ sessions }: { sessions: readonly OwnSession[] }) {
  const { t } = useTranslation();
  const now = useNow(1_000);
  return (
    <section aria-labelledby="upcoming" className="stack">
      <div className="own-head">
        <Title order={2} size="h3" id="upcoming">
          {t("app.own.upcoming")}
        </Title>
        <Button component="a" variant="default" href="/book" data-testid="own-book">
          {t("app.own.book")}
        </Button>
      </div>
      {sessions.length === 0 ? (
        <div className="card" data-testid="own-empty">
          <Text fw={700}>{t("app.own.empty")}</Text>
          <Text>{t("app.own.empty_next")}</Text>
          <BookNext />
          <Text c="dimmed">{t("app.own.empty_other")}</Text>
        </div>
      ) : (
        <ul className="plain-list">
          {sessions.map((one) => (
            <Session key={one.booking_id} one={one} nowMs={now} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** Where this browser has booked before; a link is kept nowhere else. */
function BookNext() {
  const { t } = useTranslation();
  const page = bookingPage();
  if (!page) return <Help />;
  return (
    <Button component="a" href={page} data-testid="book-next">
      {t("app.own.book")}
    </Button>
  );
}

function Session({ one, nowMs }: { one: OwnSession; nowMs: number }) {
  const { t } = useTranslation();
  const zone = visitorZone();
  const stage = stageOf(one, nowMs);
  return (
    <li className="card own-session" data-testid="own-session" data-stage={stage}>
      <div className="grow">
        <Text className="own-when">
          <span>{dayName(one.starts_at, zone)}</span>{" "}
          <span>{timeRange(one.starts_at, one.ends_at, zone)}</span>
        </Text>
        <Text>{t("app.own.with", { name: therapistNameOf(one) })}</Text>
        <Text size="sm" c="dimmed">
          {zoneLabel(zone, new Date(one.starts_at))}
        </Text>
      </div>
      <WayIn one={one} stage={stage} zone={zone} />
      <Answered of={one} />
    </li>
  );
}

function WayIn({ one, stage, zone }: { one: OwnSession; stage: Stage; zone: string }) {
  const { t } = useTranslation();
  if (stage === "closed" || stage === "past") return <Standing status={one.status} />;
  if (stage === "asked") return <Text data-testid="own-asked">{t("app.own.asked")}</Text>;
  const open = stage === "open" || stage === "in_call";
  const when = dateAndTime(one.starts_at, zone);
  return (
    <div className="own-ways">
      {open && one.enter_url ? (
        <Button component="a" href={one.enter_url} data-testid="own-enter">
          {t(stage === "in_call" ? "app.today.back_to_call" : "app.own.enter")}
        </Button>
      ) : null}
      {open && !one.enter_url ? <Text>{t("app.own.by_mail")}</Text> : null}
      {open ? null : <Text data-testid="own-opens">{opensAt(t, one.enter_from, zone)}</Text>}
      <Button
        component="a"
        variant="default"
        href={one.calendar_url}
        download
        aria-label={t("app.own.calendar_for", { when })}
        data-testid="own-calendar"
      >
        {t("app.own.calendar")}
      </Button>
    </div>
  );
}

function opensAt(t: TFunction, from: string, zone: string): string {
  const time = timeOfDay(from, zone);
  const today = localDate(serverNow(), zone) === localDate(from, zone);
  return today ? t("app.own.opens", { time }) : t("app.own.opens_on_the_day", { time });
}

function Past({ sessions }: { sessions: readonly OwnSession[] }) {
  const { t } = useTranslation();
  const zone = visitorZone();
  return (
    <section aria-labelledby="past" className="stack">
      <Title order={2} size="h3" id="past">
        {t("app.own.past")}
      </Title>
      <ul className="plain-list own-past">
        {sessions.map((one) => (
          <li key={one.booking_id} data-testid="own-past">
            <span>{dateAndTime(one.starts_at, zone)}</span>
            <span className="grow">{t("app.own.with", { name: therapistNameOf(one) })}</span>
            <Standing status={one.status} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A session whose time passed without a call is neither done nor missed by anybody we know of. */
function Standing({ status }: { status: string }) {
  const { t } = useTranslation();
  const known = t([`app.status.${status as "fulfilled"}`, "app.status.unknown"]);
  return (
    <Badge variant="light" color={status === "fulfilled" ? "green" : "gray"}>
      {status === "confirmed" || status === "requested" ? t("app.own.passed") : known}
    </Badge>
  );
}
