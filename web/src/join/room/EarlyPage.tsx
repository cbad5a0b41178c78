/** Too early: says when it begins, counts down in the last hour, and goes on by itself. A request waits first. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Answered } from "../../shared/Answered";
import { serverNow } from "../../shared/clock";
import { useFollowing } from "../../shared/following";
import { countdown, localDate, timeWithZone } from "../../shared/time";
import { Heading } from "../ui/Heading";
import { Page } from "../ui/Page";
import { When } from "../ui/When";
import { useCountdown } from "../ui/useCountdown";
import { type Distance, distance } from "./early";
import { peerName } from "./peerName";
import type { Door, RoomSession } from "./session";

const ASK_AGAIN_MS = 1_000;

interface Props {
  session: RoomSession;
  door: Door;
}

export function EarlyPage({ session, door }: Props) {
  const { t } = useTranslation();
  const until = door.approve_until;
  const waits = until && door.role === "client";
  useFollowing(Boolean(until), session.look);
  return (
    <Page title={t("room.title")}>
      <Answered of={{ status: waits ? "requested" : "confirmed" }} />
      {until ? (
        <Asked door={door} until={until} />
      ) : (
        <Settled door={door} onOpen={() => void session.start()} />
      )}
    </Page>
  );
}

/** Nothing is settled yet: it promises no entry, and counts down to none. */
function Asked({ door, until }: { door: Door; until: string }) {
  const { t } = useTranslation();
  const [, page, token] = location.pathname.split("/");
  return (
    <section className="card card-center" data-testid="asked">
      <Heading>{t("room.early.asked")}</Heading>
      <dl className="facts">
        <dt>{t("room.early.answer")}</dt>
        <dd>
          <When startsAt={until} zone={door.timezone} />
        </dd>
        <Meeting door={door} />
      </dl>
      {page === "join" ? (
        <a className="button button-plain" href={`/change/${token}`}>
          {t("room.early.change")}
        </a>
      ) : null}
    </section>
  );
}

function Settled({ door, onOpen }: { door: Door; onOpen: () => void }) {
  const { t } = useTranslation();
  const { opens_at, starts_at, timezone: zone } = door;
  // A clock that is ahead of the server's asks again once a second, not as fast as it can.
  const [askAt] = useState(() => Math.max(Date.parse(opens_at), serverNow() + ASK_AGAIN_MS));
  useCountdown(new Date(askAt).toISOString(), onOpen);
  const now = serverNow();
  const far = distance(opens_at, starts_at, now, zone);
  const today = localDate(opens_at, zone) === localDate(now, zone);
  return (
    <section className="card card-center" data-testid="early" data-far={far.in}>
      <Heading>
        {far.in === "days"
          ? t("room.early.title.days", { count: far.count })
          : t(`room.early.title.${far.in}`)}
      </Heading>
      <p className="lead">{t(`room.early.lead.${far.in}`)}</p>
      <Left far={far} />
      <dl className="facts">
        <Meeting door={door} />
        <dt>{t("room.early.opens")}</dt>
        <dd>{today ? timeWithZone(opens_at, zone) : <When startsAt={opens_at} zone={zone} />}</dd>
      </dl>
      <p className="fine">{t("room.early.meanwhile")}</p>
    </section>
  );
}

/** Whom one meets, and when. */
function Meeting({ door }: { door: Door }) {
  const { t } = useTranslation();
  return (
    <>
      <dt>{t("room.early.who")}</dt>
      <dd>{peerName(t, door)}</dd>
      <dt>{t("room.early.starts")}</dt>
      <dd>
        <When startsAt={door.starts_at} zone={door.timezone} />
      </dd>
    </>
  );
}

/** Days stand in the title already. */
function Left({ far }: { far: Distance }) {
  const { t } = useTranslation();
  if (far.in === "days") return null;
  return (
    <p className="big-clock" role="timer" aria-label={t("room.early.left")}>
      {far.in === "hours" ? t("room.early.hours", { ...far }) : countdown(far.ms)}
    </p>
  );
}
