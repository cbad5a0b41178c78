/** Sessions that no longer fit what is set: listed, never deleted, each with the way to another time. */
import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Conflict } from "../../../api/types";
import { dateAndTime, localDate, timeOfDay } from "../../../shared/time";
import { PageLink } from "../../navigation";
import { Card, Line } from "../pace/Card";
import type { Movable } from "./MoveDialog";

const SHOWN = 8;

interface Props {
  conflicts: readonly Conflict[];
  zone: string;
  onMove: (session: Movable) => void;
}

export function Conflicts({ conflicts, zone, onMove }: Props) {
  const { t } = useTranslation();
  if (conflicts.length === 0) return null;
  const more = conflicts.length - SHOWN;
  return (
    <div className="conflicts">
      <Card name="conflicts" title={t("week.conflicts.title")} lead={t("week.conflicts.lead")}>
        <ul className="plain-list">
          {conflicts.slice(0, SHOWN).map((one) => (
            <ConflictLine key={one.booking_id} one={one} zone={zone} onMove={onMove} />
          ))}
        </ul>
        {more > 0 ? <Text size="sm">{t("week.conflicts.more", { count: more })}</Text> : null}
      </Card>
    </div>
  );
}

function ConflictLine({ one, zone, onMove }: { one: Conflict } & Omit<Props, "conflicts">) {
  const { t } = useTranslation();
  const when = `${dateAndTime(one.starts_at, zone)}–${timeOfDay(one.ends_at, zone)}`;
  const name = one.client_name ? t("week.client", { name: one.client_name }) : t("week.group");
  return (
    <Line
      testId="conflict"
      actions={
        <Button
          size="sm"
          variant="default"
          data-testid="move"
          aria-label={t("week.conflicts.move_of", { name, when })}
          onClick={() => onMove(one)}
        >
          {t("week.conflicts.move")}
        </Button>
      }
    >
      <Text fw={700}>
        <PageLink href={`/therapist/week?day=${localDate(one.starts_at, zone)}`}>{when}</PageLink>
      </Text>
      <Text size="sm">
        {name} · {t(`week.conflicts.${one.why}`)}
      </Text>
    </Line>
  );
}
