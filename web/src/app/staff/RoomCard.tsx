/** One live room: how it stands, since when, who is there, and the way to end it. */
import { Badge, Button, Text, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { OpsRoom } from "../../api/types";
import { timeOfDay, visitorZone } from "../../shared/time";
import { duration, isoDuration } from "./format";
import { OneWay } from "./OneWay";
import { isSteady } from "./quality";
import { PeopleCards, PeopleTable } from "./People";

interface Props {
  room: OpsRoom;
  code: string;
  nowMs: number;
  onEnd: () => void;
}

export function RoomCard({ room, code, nowMs, onEnd }: Props) {
  const { t } = useTranslation();
  const wide = useMediaQuery("(min-width: 56em)", true, { getInitialValueInEffect: false });
  const heading = `room-${room.room_id}`;
  return (
    <section className="card" aria-labelledby={heading} data-testid="staff-room">
      <div className="room-head">
        <div className="grow">
          <Title order={2} size="h4" id={heading}>
            {t("app.rooms.room", { code })}
          </Title>
          <Running room={room} nowMs={nowMs} />
        </div>
        <Button
          variant="outline"
          color="red"
          size="sm"
          aria-label={t("app.rooms.end_of", { code })}
          data-testid="end-room"
          onClick={onEnd}
        >
          {t("app.rooms.end")}
        </Button>
      </div>
      <OneWay room={room} />
      {room.participants.length === 0 ? <Text>{t("app.rooms.nobody")}</Text> : null}
      {room.participants.length > 0 && wide ? <PeopleTable room={room} code={code} /> : null}
      {room.participants.length > 0 && !wide ? <PeopleCards room={room} code={code} /> : null}
    </section>
  );
}

function Running({ room, nowMs }: { room: OpsRoom; nowMs: number }) {
  const { t } = useTranslation();
  const zone = visitorZone();
  const steady = isSteady(room);
  const shown = room.state === "in_call" && !steady ? "interrupted" : room.state;
  const state = t([`app.room_state.${shown as "open"}`, "app.room_state.unknown"]);
  const ranMs = room.call_since ? nowMs - Date.parse(room.call_since) : 0;
  return (
    <div className="room-facts">
      <Badge
        variant="light"
        color={room.call_since && steady ? "green" : "apricot"}
        data-testid="room-state"
      >
        {state}
      </Badge>
      {room.call_since ? (
        <>
          <time dateTime={isoDuration(ranMs)} className="running" data-testid="call-duration">
            {t("app.rooms.call_running", { duration: duration(ranMs) })}
          </time>
          <span>{t("app.rooms.call_since", { time: timeOfDay(room.call_since, zone) })}</span>
        </>
      ) : (
        <>
          <span>{t("app.rooms.no_call")}</span>
          {room.opened_at ? (
            <span>{t("app.rooms.opened_since", { time: timeOfDay(room.opened_at, zone) })}</span>
          ) : null}
        </>
      )}
      {room.relay_id ? (
        <span className="dimmed">{t("app.rooms.relay", { relay: room.relay_id })}</span>
      ) : null}
    </div>
  );
}
