/** When a booking is, and with whom. */
import { useTranslation } from "react-i18next";
import type { Booking } from "../api/types";
import { therapistNameOf } from "../shared/named";
import { When } from "../join/ui/When";

export function Facts({ booking }: { booking: Booking }) {
  const { t } = useTranslation();
  return (
    <dl className="facts">
      <dt>{t("change.when")}</dt>
      <dd data-testid="when">
        <When startsAt={booking.starts_at} endsAt={booking.ends_at} zone={booking.timezone} />
      </dd>
      <dt>{t("change.who")}</dt>
      <dd>{therapistNameOf(booking)}</dd>
    </dl>
  );
}
