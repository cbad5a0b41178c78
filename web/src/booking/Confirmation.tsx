/** Step 4: it is booked, or requested. When, with whom, what was mailed, and how to come in. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Booking } from "../api/types";
import { dateAndTime } from "../shared/time";
import { Heading } from "../join/ui/Heading";
import { When } from "../join/ui/When";

export function Confirmation({ booking, email }: { booking: Booking; email: string }) {
  const { t } = useTranslation();
  const waits = booking.status === "requested";
  return (
    <section
      className="card card-center confirmation"
      data-testid="confirmation"
      data-status={booking.status}
    >
      <div className="sign sign-good" aria-hidden="true">
        ✓
      </div>
      <Heading>{t(waits ? "booking.requested.title" : "booking.done.title")}</Heading>
      <p className="lead">{waits ? requested(t, booking) : t("booking.done.mail")}</p>
      <dl className="facts">
        <dt>{t("booking.done.when")}</dt>
        <dd>
          <When startsAt={booking.starts_at} endsAt={booking.ends_at} zone={booking.timezone} />
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
      {waits ? null : <Onward booking={booking} />}
      {booking.join_url ? (
        <a
          className="button button-quiet"
          href={booking.join_url.replace("/join/", "/change/")}
          data-testid="change-link"
        >
          {t(waits ? "booking.requested.change" : "booking.done.change")}
        </a>
      ) : null}
    </section>
  );
}

/** By when it is answered, at the latest. */
function requested(t: TFunction, { approve_until, timezone }: Booking): string {
  return approve_until
    ? t("booking.requested.until", { until: dateAndTime(approve_until, timezone) })
    : t("booking.requested.soon");
}

function Onward({ booking }: { booking: Booking }) {
  const { t } = useTranslation();
  return (
    <>
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
    </>
  );
}
