/** The staff page: every live room, each second. It shows figures about connections, never what is said or seen. */
import "./staff.css";
import { Alert, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { OpsRoom } from "../../api/types";
import { Loading } from "../layout/Screens";
import { usePageTitle } from "../layout/title";
import { PageLink } from "../navigation";
import { type LiveRooms, useRooms } from "../queries";
import { useNow } from "../ticking";
import { EndRoom, type Ended } from "./EndRoom";
import { clockTime, shortCode } from "./format";
import { Outcomes } from "./Outcomes";
import { RoomCard } from "./RoomCard";

/** Figures older than this are called old: three answers were missed. */
const STALE_MS = 4_000;

export function Rooms() {
  const { t } = useTranslation();
  usePageTitle(t("app.rooms.title"));
  const query = useRooms();
  const now = useNow(1_000);
  const [asked, setAsked] = useState<OpsRoom | null>(null);
  const [asking, setAsking] = useState(false);
  const [ended, setEnded] = useState<Ended | null>(null);
  const live = query.data;
  const stale = live !== undefined && now - live.receivedAtMs > STALE_MS;
  return (
    <Stack gap="lg" data-testid="staff-rooms">
      <div>
        <Title order={1} size="h2">
          {t("app.rooms.title")}
        </Title>
        <Text c="dimmed">{t("app.rooms.privacy")}</Text>
      </div>
      <div role="status">
        {ended ? <Result ended={ended} onClose={() => setEnded(null)} /> : null}
      </div>
      <div role="alert">
        <Trouble failed={query.isError && !live} stale={stale} live={live} />
      </div>
      {live ? (
        <LiveList
          live={live}
          stale={stale}
          nowMs={stale ? live.receivedAtMs : now}
          onEnd={(room) => {
            setAsked(room);
            setAsking(true);
          }}
        />
      ) : null}
      {!live && !query.isError ? <Loading /> : null}
      <Outcomes />
      <section className="card">
        <PageLink href="/staff/webhooks" data-testid="to-webhooks">
          {t("app.to_webhooks.link")}
        </PageLink>
        <Text size="sm">{t("app.to_webhooks.text")}</Text>
      </section>
      <EndRoom
        room={asked}
        opened={asking}
        onClose={() => setAsking(false)}
        onEnded={(result) => {
          setAsking(false);
          setEnded(result);
          void query.refetch();
        }}
      />
    </Stack>
  );
}

function Result({ ended, onClose }: { ended: Ended; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert
      color="green"
      withCloseButton
      closeButtonLabel={t("common.close")}
      onClose={onClose}
      data-testid="end-room-result"
    >
      {t(ended.already ? "app.end_room.gone" : "app.end_room.done", { code: ended.code })}
    </Alert>
  );
}

function Trouble(props: { failed: boolean; stale: boolean; live: LiveRooms | undefined }) {
  const { t } = useTranslation();
  if (props.failed) return <Alert color="red">{t("app.rooms.failed")}</Alert>;
  if (!props.stale || !props.live) return null;
  const time = clockTime(props.live.at);
  return (
    <Alert color="apricot" data-testid="stale">
      {t("app.rooms.stale", { time })}
    </Alert>
  );
}

interface ListProps {
  live: LiveRooms;
  stale: boolean;
  nowMs: number;
  onEnd: (room: OpsRoom) => void;
}

function LiveList({ live, stale, nowMs, onEnd }: ListProps) {
  const { t } = useTranslation();
  return (
    <>
      <Summary live={live} stale={stale} />
      {live.rooms.length === 0 ? (
        <div className="card empty" data-testid="no-rooms">
          <Text fw={700}>{t("app.rooms.empty")}</Text>
          <Text c="dimmed">{t("app.rooms.empty_hint")}</Text>
        </div>
      ) : null}
      {live.rooms.map((room) => (
        <RoomCard
          key={room.room_id}
          room={room}
          code={shortCode(room.room_id)}
          nowMs={nowMs}
          onEnd={() => onEnd(room)}
        />
      ))}
    </>
  );
}

function Summary({ live, stale }: { live: LiveRooms; stale: boolean }) {
  const { t } = useTranslation();
  const people = live.rooms.flatMap((room) => room.participants);
  const waiting = people.filter((one) => one.state === "waiting").length;
  const inCall = live.rooms.filter((room) => room.call_since !== null).length;
  return (
    <div className="summary">
      <span>{t("app.rooms.summary", { count: live.rooms.length })}</span>
      <span>{t("app.rooms.in_call", { count: inCall })}</span>
      <span>{t("app.rooms.waiting", { count: waiting })}</span>
      {stale ? null : (
        <span className="dimmed">{t("app.rooms.updated", { time: clockTime(live.at) })}</span>
      )}
    </div>
  );
}
