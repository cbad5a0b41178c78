/** A series is booked, or requested: each of its dates with the way to change it, and what could not be had. */
import { useTranslation } from "react-i18next";
import { isAwaited } from "../shared/answer";
import { dateAndTime } from "../shared/time";
import { Heading } from "../join/ui/Heading";
import { When } from "../join/ui/When";
import { Declined } from "./Confirmation";
import type { SeriesMade } from "./series";

export function SeriesDone({ series, email }: { series: SeriesMade; email: string }) {
  const { t } = useTranslation();
  const { bookings, conflicts, timezone } = series;
  const waits = bookings.some(isAwaited);
  const mixed = bookings.some((one) => one.status !== "confirmed");
  const going = bookings.filter((one) => one.status !== "cancelled");
  const way = going.find((one) => one.join_url !== null)?.join_url;
  return (
    <section
      className="card card-center confirmation"
      data-testid="confirmation"
      data-status={waits ? "requested" : "confirmed"}
    >
      {going.length > 0 ? <Made times={String(going.length)} waits={waits} /> : <Declined />}
      {email ? <p data-testid="mailed-to">{email}</p> : null}
      <ol className="occurrences">
        {bookings.map((one) => (
          <Session key={one.booking_id} one={one} timezone={timezone} mixed={mixed} />
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

function Made({ times, waits }: { times: string; waits: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="sign sign-good" aria-hidden="true">
        ✓
      </div>
      <Heading>{t(waits ? "booking.repeat.requested" : "booking.repeat.done", { times })}</Heading>
      <p className="lead">{t(waits ? "booking.requested.soon" : "booking.repeat.mail")}</p>
    </>
  );
}

interface SessionProps {
  one: SeriesMade["bookings"][number];
  timezone: string;
  /** Not all are booked: each says how it stands. */
  mixed: boolean;
}

const WORDS = {
  requested: "booking.repeat.waits",
  confirmed: "booking.repeat.taken",
  cancelled: "booking.repeat.declined",
} as const;

/** Each request of a series has its own answer, which is said with its date once it comes. */
function Session({ one, timezone, mixed }: SessionProps) {
  const { t } = useTranslation();
  const when = dateAndTime(one.starts_at, timezone);
  return (
    <li data-testid="booked" data-status={one.status}>
      <When startsAt={one.starts_at} endsAt={one.ends_at} zone={timezone} />
      <span className="booked-end">
        <span role="status">
          {mixed ? (
            <>
              <span className="visually-hidden">{when}</span>{" "}
              <strong>{t(WORDS[one.status as "requested"] ?? WORDS.confirmed)}</strong>
            </>
          ) : null}
        </span>
        {one.join_url && one.status !== "cancelled" ? (
          <a
            className="button button-quiet"
            href={one.join_url.replace("/join/", "/change/")}
            aria-label={t("booking.repeat.changeOf", { when })}
          >
            {t("booking.repeat.change")}
          </a>
        ) : null}
      </span>
    </li>
  );
}
