/** Places in use and promised, of those the therapist wishes to have: a bar, and the same in words. */
import { Progress, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Places, roomIn, shareOf } from "./places";

export function Gauge({ places }: { places: Places }) {
  const { t } = useTranslation();
  const { active, capacity, offers } = places;
  const room = roomIn(places);
  const share = shareOf(places);
  return (
    <div className="gauge">
      <Text fw={700} data-testid="capacity-in-care">
        {t("pace.places.in_care", { active, capacity })}
      </Text>
      <Progress.Root size="lg" aria-hidden="true">
        <Progress.Section value={share.used} color={room.kind === "over" ? "apricot" : "green"} />
        <Progress.Section value={share.promised} color="green.4" />
      </Progress.Root>
      <Text size="sm" data-testid="capacity-room" data-room={room.kind}>
        {t(`pace.places.${room.kind}`, { count: "count" in room ? room.count : 0 })}
        {offers > 0 ? ` ${t("pace.places.offers", { count: offers })}` : ""}
      </Text>
    </div>
  );
}
