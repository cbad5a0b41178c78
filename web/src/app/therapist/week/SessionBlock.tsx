/** A session in the grid, with the time that is kept free around it; opening it leads to moving it, calling it off, or answering a request. */
import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import type { WeekSession } from "../../../api/types";
import { timeOfDay } from "../../../shared/time";
import type { Piece } from "./grid";

interface Props {
  session: WeekSession;
  zone: string;
  pieces: readonly Piece[];
  buffers: readonly Piece[];
  place: (piece: Piece) => CSSProperties;
  onOpen: () => void;
}

export function SessionBlock({ session, zone, pieces, buffers, place, onOpen }: Props) {
  const { t } = useTranslation();
  const name = session.client_name
    ? t("week.client", { name: session.client_name })
    : t("week.group");
  const from = timeOfDay(session.starts_at, zone);
  const asked = session.status === "requested";
  const until = timeOfDay(session.ends_at, zone);
  return (
    <>
      {buffers.map((piece, at) => (
        <div key={at} className="layer layer-buffer" data-testid="buffer" style={place(piece)} />
      ))}
      {pieces.map((piece, at) => (
        <button
          key={at}
          type="button"
          className="layer layer-session"
          data-testid="week-session"
          data-status={session.status}
          style={place(piece)}
          onPointerDown={(event) => event.stopPropagation()}
          onClick={(event) => {
            event.stopPropagation();
            onOpen();
          }}
        >
          {asked ? <strong>{t("week.awaits")} </strong> : null}
          {from} {name}
          <span className="visually-hidden">
            {" "}
            {t(asked ? "week.session_asked" : "week.session", { until })}
          </span>
        </button>
      ))}
    </>
  );
}
