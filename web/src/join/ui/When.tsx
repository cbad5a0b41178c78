/** When a booking is, in its own zone; and by this device's clock, where that shows another time. */
import { dateAndTime, timeOfDay, zoneLabel, zonesOf } from "../../shared/time";

export function When(props: { startsAt: string; endsAt?: string; zone: string }) {
  const { startsAt, endsAt, zone } = props;
  return zonesOf(zone, startsAt).map((each) => (
    <span key={each} className="when">
      {dateAndTime(startsAt, each)}
      {endsAt ? `–${timeOfDay(endsAt, each)}` : null}{" "}
      <span className="soft">{zoneLabel(each, new Date(startsAt))}</span>
    </span>
  ));
}
