/** Step 4: it is booked, or requested, and what came of the request. When, with whom, what was mailed, and how to come in. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Booking } from "../api/types";
import { Answered } from "../shared/Answered";
import { therapistNameOf } from "../shared/named";
import { dateAndTime } from "../shared/time";
import { Button } from "../join/ui/Button";
import { Heading } from "../join/ui/Heading";
import { When } from "../join/ui/When";

export function Confirmation({ booking, email }: { booking: Booking; email: string }) {
  const waits = booking.status === "requested";
  return (
    <section
      className="card card-center confirmation"
      data-testid="confirmation"
      data-status={booking.status}
    >
      <Answered of={booking} />
      {booking.status === "cancelled" ? <Declined booking={booking} /> : <Made booking={booking} />}
      <Facts booking={booking} email={email} />
      {booking.status === "confirmed" ? <Onward booking={booking} /> : null}
      {booking.join_url && booking.status !== "cancelled" ? (
        <ChangeLink to={booking.join_url} waits={waits} />
      ) : null}
    </section>
  );
}

function Made({ booking }: { booking: Booking }) {
  const { t } = useTranslation();
  const waits = booking.status === "requested";
  return (
    <>
      <div className="sign sign-good" aria-hidden="true">
        ✓
      </div>
      <Heading>{t(waits ? "booking.requested.title" : "booking.done.title")}</Heading>
      <p className="lead">{waits ? requested(t, booking) : t("booking.done.mail")}</p>
    </>
  );
}

/** It is not taken, or was taken back: another time can be looked for at once. */
export function Declined({ booking }: { booking?: Booking }) {
  const { t } = useTranslation();
  const own = booking?.cancelled_by === "client";
  return (
    <>
      <Heading>{t(own ? "booking.declined.own" : "booking.declined.title")}</Heading>
      <p className="lead">{t("booking.declined.next")}</p>
      {booking?.reason ? <p>{t("booking.declined.because", { reason: booking.reason })}</p> : null}
      <div className="actions">
        <Button kind="primary" data-testid="choose-other-time" onClick={beginAnew}>
          {t("booking.declined.again")}
        </Button>
      </div>
    </>
  );
}

/** The history's entry would show what is done once more. */
function beginAnew(): void {
  history.replaceState(null, "");
  location.reload();
}

function Facts({ booking, email }: { booking: Booking; email: string }) {
  const { t } = useTranslation();
  return (
    <dl className="facts">
      <dt>{t("booking.done.when")}</dt>
      <dd>
        <When startsAt={booking.starts_at} endsAt={booking.ends_at} zone={booking.timezone} />
      </dd>
      <dt>{t("booking.done.who")}</dt>
      <dd>{therapistNameOf(booking)}</dd>
      <dt>{t("booking.done.you")}</dt>
      <dd>{booking.client_name}</dd>
      {email ? (
        <>
          <dt>{t("booking.details.email")}</dt>
          <dd data-testid="mailed-to">{email}</dd>
        </>
      ) : null}
    </dl>
  );
}

function ChangeLink({ to, waits }: { to: string; waits: boolean }) {
  const { t } = useTranslation();
  return (
    <a
      className="button button-quiet"
      href={to.replace("/join/", "/change/")}
      data-testid="change-link"
    >
      {t(waits ? "booking.requested.change" : "booking.done.change")}
    </a>
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
