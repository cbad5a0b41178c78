/** What was cancelled in a week: faint in the grid, where it is in nobody's way, and in words below it. */
import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import type { CalendarWeek } from "../../../api/types";
import { dateAndTime, timeOfDay } from "../../../shared/time";
import { CalledOff } from "../answer/CallOff";
import type { Piece } from "./grid";

type Cancelled = CalendarWeek["cancelled"][number];

interface BlockProps {
  one: Cancelled;
  zone: string;
  pieces: readonly Piece[];
  place: (piece: Piece) => CSSProperties;
}

/** A press goes through to the hours below it. */
export function CancelledBlock({ one, zone, pieces, place }: BlockProps) {
  const { t } = useTranslation();
  const name = useName(one);
  return pieces.map((piece, at) => (
    <div
      key={at}
      className="layer layer-cancelled"
      data-testid="week-cancelled"
      style={place(piece)}
    >
      <s>
        {timeOfDay(one.starts_at, zone)} {name}
      </s>
      <span className="visually-hidden">
        {" "}
        {t("week.cancelled.block", { until: timeOfDay(one.ends_at, zone) })}
      </span>
    </div>
  ));
}

export function CancelledList({ those, zone }: { those: readonly Cancelled[]; zone: string }) {
  const { t } = useTranslation();
  return (
    <ul className="plain-list cancelled-list" aria-label={t("week.cancelled.list")}>
      {those.map((one) => (
        <Line key={one.booking_id} one={one} zone={zone} />
      ))}
    </ul>
  );
}

function Line({ one, zone }: { one: Cancelled; zone: string }) {
  const name = useName(one);
  return (
    <li data-testid="cancelled-line">
      <s>{dateAndTime(one.starts_at, zone)}</s> <span>{name}</span>
      <CalledOff one={{ ...one, status: "cancelled", reason: null }} />
    </li>
  );
}

function useName(one: Cancelled): string {
  const { t } = useTranslation();
  return one.client_name ? t("week.client", { name: one.client_name }) : t("week.group");
}
