/** Step 4: it is booked. When, with whom, what was mailed, and how to come in. */
import { useTranslation } from "react-i18next";
import type { Booking } from "../api/types";
import { dateAndTime, timeOfDay, zoneLabel } from "../shared/time";
import { Heading } from "../join/ui/Heading";

export function Confirmation({ booking, email }: { booking: Booking; email: string }) {
  const { t } = useTranslation();
  const zone = booking.timezone;
  return (
    <section className="card card-center confirmation" data-testid="confirmation">
      <div className="sign sign-good" aria-hidden="true">
        ✓
      </div>
      <Heading>{t("booking.done.title")}</Heading>
      <p className="lead">{t("booking.done.mail")}</p>
      <dl className="facts">
        <dt>{t("booking.done.when")}</dt>
        <dd>
          {dateAndTime(booking.starts_at, zone)}–{timeOfDay(booking.ends_at, zone)}
          <span className="soft">{zoneLabel(zone, new Date(booking.starts_at))}</span>
        </dd>
        <dt>{t("booking.done.who")}</dt>
        <dd>{booking.therapist_name}</dd>
        <dt>{t("booking.done.you")}</dt>
        <dd>{booking.client_name}</dd>
        {email ? (
          <>
            <dt>{t("booking.details.email")}</dt>
            <dd data-testid="mailed-to">{email}</dd>
          </>
        ) : null}
      </dl>
      <div className="actions">
        <a className="button button-primary" data-testid="ics" href={booking.calendar_url} download>
          {t("booking.done.calendar")}
        </a>
        {booking.join_url ? (
          <a className="button button-plain" data-testid="join-link" href={booking.join_url}>
            {t("booking.done.join")}
          </a>
        ) : null}
      </div>
      <p className="fine">{t("booking.done.opens")}</p>
      {booking.join_url ? (
        <p className="fine">
          <a href={booking.join_url.replace("/join/", "/change/")}>{t("booking.done.change")}</a>
        </p>
      ) : null}
    </section>
  );
}
