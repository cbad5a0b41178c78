/** A series is booked, or requested: each of its dates with the way to change it, and what could not be had. */
import { useTranslation } from "react-i18next";
import { dateAndTime } from "../shared/time";
import { Heading } from "../join/ui/Heading";
import { When } from "../join/ui/When";
import type { SeriesMade } from "./series";

export function SeriesDone({ series, email }: { series: SeriesMade; email: string }) {
  const { t } = useTranslation();
  const { bookings, conflicts, timezone } = series;
  const waits = bookings.some((one) => one.status === "requested");
  const times = String(bookings.length);
  const way = bookings.find((one) => one.join_url !== null)?.join_url;
  return (
    <section
      className="card card-center confirmation"
      data-testid="confirmation"
      data-status={waits ? "requested" : "confirmed"}
    >
      <div className="sign sign-good" aria-hidden="true">
        ✓
      </div>
      <Heading>{t(waits ? "booking.repeat.requested" : "booking.repeat.done", { times })}</Heading>
      <p className="lead">{t(waits ? "booking.requested.soon" : "booking.repeat.mail")}</p>
      {email ? <p data-testid="mailed-to">{email}</p> : null}
      <ol className="occurrences">
        {bookings.map((one) => (
          <li key={one.booking_id} data-testid="booked">
            <When startsAt={one.starts_at} endsAt={one.ends_at} zone={timezone} />
            {one.join_url ? (
              <a
                className="button button-quiet"
                href={one.join_url.replace("/join/", "/change/")}
                aria-label={t("booking.repeat.changeOf", {
                  when: dateAndTime(one.starts_at, timezone),
                })}
              >
                {t("booking.repeat.change")}
              </a>
            ) : null}
          </li>
        ))}
      </ol>
      {conflicts.length > 0 ? (
        <div className="notice notice-warm" data-testid="not-booked">
          <p>{t("booking.repeat.notBooked")}</p>
          <ul>
            {conflicts.map((one) => (
              <li key={one.starts_at}>{dateAndTime(one.starts_at, timezone)}</li>
            ))}
          </ul>
        </div>
      ) : null}
      {way && !waits ? (
        <>
          <a className="button button-plain" data-testid="join-link" href={way}>
            {t("booking.repeat.join")}
          </a>
          <p className="fine">{t("booking.done.opens")}</p>
        </>
      ) : null}
    </section>
  );
}
