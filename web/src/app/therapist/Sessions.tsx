/** One day's sessions as a list: when, who, how it stands, and the way into the room while it is open. */
import { Badge, Button, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { TherapistSession, TherapistSessions } from "../../api/types";
import { timeOfDay } from "../../shared/time";
import { CallOff, CalledOff } from "./answer/CallOff";
import { Loading } from "../layout/Screens";
import { callsFirst, minutesSince, type Stage, stageOf } from "../stages";

interface Props {
  query: UseQueryResult<TherapistSessions>;
  zone: string;
  nowMs: number;
  isToday: boolean;
}

export function Sessions({ query, zone, nowMs, isToday }: Props) {
  const { t } = useTranslation();
  const { data, isError } = query;
  if (!data && isError) {
    return (
      <div className="card" role="alert">
        <Text>{t("app.today.failed")}</Text>
        <Button variant="default" onClick={() => void query.refetch()}>
          {t("common.retry")}
        </Button>
      </div>
    );
  }
  if (!data) return <Loading />;
  return (
    <>
      <div role="status">
        {isError ? <Text className="stale">{t("app.today.stale")}</Text> : null}
      </div>
      {data.sessions.length === 0 ? (
        <Empty isToday={isToday} />
      ) : (
        <ul className="plain-list" aria-label={t("app.today.sessions")}>
          {callsFirst(data.sessions).map((one) => (
            <SessionRow key={one.booking_id} one={one} zone={zone} nowMs={nowMs} />
          ))}
        </ul>
      )}
    </>
  );
}

function Empty({ isToday }: { isToday: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="card empty" data-testid="no-sessions">
      <Text fw={700}>{t(isToday ? "app.today.empty_today" : "app.today.empty_day")}</Text>
      <Text c="dimmed">{t("app.today.empty_hint")}</Text>
    </div>
  );
}

function SessionRow({ one, zone, nowMs }: { one: TherapistSession; zone: string; nowMs: number }) {
  const { t } = useTranslation();
  const start = timeOfDay(one.starts_at, zone);
  const end = timeOfDay(one.ends_at, zone);
  const stage = stageOf(one, nowMs);
  return (
    <li className="card session" data-testid="session-row" data-stage={stage}>
      <div className="session-time">
        <span aria-hidden="true">
          {start}–{end}
        </span>
        <span className="visually-hidden">{t("app.today.until", { start, end })}</span>
      </div>
      <div className="grow">
        <Text fw={700}>{t("app.today.client", { name: one.client_name })}</Text>
        {one.in_call_since && stage === "in_call" ? (
          <CallRuns since={one.in_call_since} zone={zone} nowMs={nowMs} />
        ) : (
          <Standing one={one} />
        )}
        <CalledOff one={one} />
      </div>
      <Entry one={one} stage={stage} zone={zone} />
      {one.status === "confirmed" && nowMs < Date.parse(one.starts_at) && stage !== "in_call" ? (
        <CallOff session={one} zone={zone} />
      ) : null}
    </li>
  );
}

function CallRuns({ since, zone, nowMs }: { since: string; zone: string; nowMs: number }) {
  const { t } = useTranslation();
  const time = timeOfDay(since, zone);
  const count = minutesSince(since, nowMs);
  return (
    <Text className="call-runs" data-testid="call-since">
      <span className="pulse pulse-green" aria-hidden="true" />
      {count > 0 ? t("app.today.in_call_for", { time, count }) : t("app.today.in_call", { time })}
    </Text>
  );
}

const COLOURS: Readonly<Record<string, string>> = { confirmed: "green", requested: "apricot" };

function Standing({ one }: { one: TherapistSession }) {
  const { t } = useTranslation();
  const status = t([`app.status.${one.status as "confirmed"}`, "app.status.unknown"]);
  return (
    <div className="badges">
      <Badge variant="light" color={COLOURS[one.status] ?? "gray"}>
        {status}
      </Badge>
      {one.client_waiting ? (
        <Badge color="apricot" data-testid="session-waiting">
          {t("app.today.waiting")}
        </Badge>
      ) : null}
    </div>
  );
}

const OPEN = ["app.today.open_room", "app.today.open_room_for", "open-room"] as const;
const BACK = ["app.today.back_to_call", "app.today.back_to_call_with", "back-to-call"] as const;

function Entry({ one, stage, zone }: { one: TherapistSession; stage: Stage; zone: string }) {
  const { t } = useTranslation();
  if (stage === "closed") return null;
  if (stage === "asked") return <Text c="dimmed">{t("app.today.awaits")}</Text>;
  if (stage === "early") {
    const time = timeOfDay(one.enter_from, zone);
    return <Text c="dimmed">{t("app.today.opens_at", { time })}</Text>;
  }
  if (stage === "past") return <Text c="dimmed">{t("app.today.past")}</Text>;
  const [label, named, testId] = stage === "in_call" ? BACK : OPEN;
  return (
    <Button
      component="a"
      href={`/room/${one.booking_id}`}
      aria-label={t(named, { name: one.client_name })}
      data-testid={testId}
    >
      {t(label)}
    </Button>
  );
}
