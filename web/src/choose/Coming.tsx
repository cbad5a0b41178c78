/** Sessions still to come that a change of therapist, or an end, takes back: said before, never silently. */
import { useTranslation } from "react-i18next";
import type { ClientCare } from "../api/types";
import { dateAndTime, visitorZone, zoneLabel } from "../shared/time";

export function Coming({ care }: { care: ClientCare }) {
  const { t } = useTranslation();
  if (care.sessions.length === 0) return null;
  const zone = visitorZone();
  return (
    <div className="notice notice-warm" data-testid="coming">
      <p>{t("choose.coming")}</p>
      <ul>
        {care.sessions.map((each) => (
          <li key={each.booking_id}>
            {dateAndTime(each.starts_at, zone)}{" "}
            <span className="soft">{zoneLabel(zone, new Date(each.starts_at))}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
