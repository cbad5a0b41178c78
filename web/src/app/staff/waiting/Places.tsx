/** Therapists with their places, those with free ones first: how many, why none, and the next free time. */
import { Badge, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { nameOf } from "../../../shared/named";
import { dateAndTime, visitorZone } from "../../../shared/time";
import type { PlaceRow } from "../../care/cares";

export type Closed = "licence_unverified" | "licence_expired" | "paused" | "full";

export function Places({ places }: { places: readonly PlaceRow[] }) {
  const { t } = useTranslation();
  if (places.length === 0) {
    return (
      <div className="card empty">
        <Text fw={700}>{t("queue.places.none")}</Text>
      </div>
    );
  }
  return (
    <ul className="plain-list places">
      {places.map((one) => (
        <Line key={one.therapist_id} one={one} />
      ))}
    </ul>
  );
}

function Line({ one }: { one: PlaceRow }) {
  const { t } = useTranslation();
  const closed = one.closed as Closed | null;
  const { capacity, active, offers } = one;
  return (
    <li className="card place" data-testid="place" data-closed={closed ?? ""}>
      <div className="place-head">
        <Text fw={700}>{nameOf(one)}</Text>
        {closed ? (
          <Badge color="gray" variant="default">
            {t(`queue.places.closed.${closed}`)}
          </Badge>
        ) : (
          <Badge color="green" variant="light">
            {t("queue.places.free", { count: one.free })}
          </Badge>
        )}
      </div>
      <Text size="sm">
        {t("queue.places.in_care", { active, capacity })}
        {offers > 0 ? ` ${t("queue.places.offers", { count: offers })}` : ""}
      </Text>
      <Text size="sm" c="dimmed">
        {one.next_free_at
          ? t("queue.places.next", { at: dateAndTime(one.next_free_at, visitorZone()) })
          : t("queue.places.no_time")}
      </Text>
    </li>
  );
}
