/** Too early: counts down to the opening and goes on by itself. */
import { useTranslation } from "react-i18next";
import type { ApiError } from "../../shared/api";
import { countdown, dateAndTime, timeOfDay, visitorZone, zoneLabel } from "../../shared/time";
import { Heading } from "../ui/Heading";
import { Page } from "../ui/Page";
import { useCountdown } from "../ui/useCountdown";

export function EarlyPage({ error, onOpen }: { error: ApiError; onOpen: () => void }) {
  const { t } = useTranslation();
  const zone = visitorZone();
  const opensAt = String(error.extra["opens_at"] ?? "");
  const startsAt = text(error.extra["starts_at"]);
  const left = useCountdown(opensAt, onOpen);
  return (
    <Page title={t("room.title")}>
      <section className="card card-center" data-testid="early">
        <Heading>{t("room.early.title")}</Heading>
        <p className="lead">{t("room.early.lead")}</p>
        <p className="big-clock" role="timer" aria-label={t("room.early.left")}>
          {countdown(left)}
        </p>
        <dl className="facts">
          {startsAt ? (
            <>
              <dt>{t("room.early.starts")}</dt>
              <dd>{dateAndTime(startsAt, zone)}</dd>
            </>
          ) : null}
          <dt>{t("room.early.opens")}</dt>
          <dd>
            {timeOfDay(opensAt, zone)}
            <span className="soft">{zoneLabel(zone)}</span>
          </dd>
        </dl>
        <p className="fine">{t("room.early.meanwhile")}</p>
      </section>
    </Page>
  );
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
