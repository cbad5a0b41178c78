/** A session to another free time, in one step; its client is told. Nothing is ever deleted here. */
import { Button, NativeSelect, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BookingTimes, Slot } from "../../../api/types";
import { request } from "../../../shared/api";
import { serverNow } from "../../../shared/clock";
import { errorText } from "../../../shared/errors";
import { addDays, dateAndTime, dayName, localDate, timeOfDay } from "../../../shared/time";
import { Loading } from "../../layout/Screens";
import { PageLink } from "../../navigation";
import { SESSIONS } from "../../queries";
import { PACE, WEEK } from "../pace/usePace";
import { Dialog } from "../../layout/Dialog";

const AHEAD_DAYS = 27;

/** A session as conflicts and the week both know it. */
export interface Movable {
  readonly booking_id: string;
  readonly client_name: string | null;
  readonly starts_at: string;
  readonly ends_at: string;
}

interface Props {
  session: Movable | null;
  zone: string;
  onClose: () => void;
}

export function MoveDialog({ session, zone, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog name="move" title={t("week.move.title")} opened={session !== null} onClose={onClose}>
      {session ? (
        <Mover key={session.booking_id} session={session} zone={zone} onClose={onClose} />
      ) : null}
    </Dialog>
  );
}

function Mover({
  session,
  zone,
  onClose,
}: {
  session: Movable;
  zone: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const times = useTimes(session.booking_id, zone);
  const now = dateAndTime(session.starts_at, zone);
  const date = localDate(session.starts_at, zone);
  return (
    <Stack gap="md">
      <div>
        {session.client_name ? (
          <Text fw={700}>{t("week.client", { name: session.client_name })}</Text>
        ) : null}
        <Text>
          {t("week.move.now")}: <strong>{now}</strong>
        </Text>
      </div>
      <PageLink href={`/therapist?day=${date}`}>{t("week.move.to_day")}</PageLink>
      {times.data ? (
        <Choice session={session} slots={times.data.slots} zone={zone} onClose={onClose} />
      ) : times.isError ? (
        <div role="alert">
          <Text>{t("week.move.failed")}</Text>
          <Button variant="default" size="sm" onClick={() => void times.refetch()}>
            {t("common.retry")}
          </Button>
        </div>
      ) : (
        <Loading />
      )}
    </Stack>
  );
}

function useTimes(bookingId: string, zone: string) {
  return useQuery({
    queryKey: ["times", bookingId],
    queryFn: ({ signal }) => {
      const from = localDate(serverNow(), zone);
      const range = `from=${from}&to=${addDays(from, AHEAD_DAYS)}&tz=${encodeURIComponent(zone)}`;
      return request<BookingTimes>("GET", `/bookings/${bookingId}/times?${range}`, { signal });
    },
    staleTime: 0,
  });
}

function Choice(props: {
  session: Movable;
  slots: readonly Slot[];
  zone: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { slots, zone, onClose } = props;
  const days = [...new Set(slots.map((one) => localDate(one.starts_at, zone)))];
  const [day, setDay] = useState(days[0] ?? "");
  const ofDay = slots.filter((one) => localDate(one.starts_at, zone) === day);
  const [wanted, setWanted] = useState("");
  const start = ofDay.some((one) => one.starts_at === wanted) ? wanted : ofDay[0]?.starts_at;
  const move = useMove(props.session, zone, onClose);
  const close = (
    <Button variant="default" size="sm" onClick={onClose}>
      {t("common.close")}
    </Button>
  );
  if (days.length === 0) {
    return (
      <>
        <Text>{t("week.move.none")}</Text>
        <div className="actions">{close}</div>
      </>
    );
  }
  const options = (value: string, label: string) => ({ value, label });
  return (
    <>
      <Text size="sm">{t("week.move.lead")}</Text>
      <NativeSelect
        label={t("week.move.day")}
        data-testid="move-day"
        value={day}
        data={days.map((one) => options(one, dayName(`${one}T12:00:00Z`, "UTC")))}
        onChange={(event) => setDay(event.currentTarget.value)}
      />
      <NativeSelect
        label={t("week.move.time")}
        data-testid="move-time"
        value={start ?? ""}
        data={ofDay.map((one) => options(one.starts_at, timeOfDay(one.starts_at, zone)))}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <Problem error={move.error} />
      <div className="actions">
        <Button
          size="sm"
          loading={move.isPending}
          data-testid="move-confirm"
          onClick={() => start && move.mutate(start)}
        >
          {t("week.move.confirm")}
        </Button>
        {close}
      </div>
    </>
  );
}

function useMove(session: Movable, zone: string, onClose: () => void) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [key] = useState(() => crypto.getRandomValues(new Uint32Array(4)).join("-"));
  return useMutation({
    mutationFn: (startsAt: string) =>
      request("POST", `/bookings/${session.booking_id}/reschedule`, {
        body: { starts_at: startsAt },
        idempotencyKey: `${key}-${startsAt}`,
      }),
    onSuccess: (_, startsAt) => {
      const when = dateAndTime(startsAt, zone);
      notifications.show({
        color: "green",
        "data-testid": "moved",
        closeButtonProps: { "aria-label": t("common.close") },
        message: t("week.move.done", { when }),
      });
      onClose();
    },
    onSettled: () => {
      for (const queryKey of [WEEK, PACE, SESSIONS, ["times", session.booking_id]]) {
        void queries.invalidateQueries({ queryKey });
      }
    },
  });
}

function Problem({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const text = error ? errorText(t, error) : null;
  return <div role="alert">{text ? `${text.title}${t("pace.joint")}${text.next}` : null}</div>;
}
