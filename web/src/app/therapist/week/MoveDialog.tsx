/** A session to another free time in one step, called off, or answered where it is a request; its client is told. */
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
import { useAttempt } from "../../deciding";
import { Loading } from "../../layout/Screens";
import { PageLink } from "../../navigation";
import { SESSIONS, useRequests } from "../../queries";
import { Answer } from "../answer/Answer";
import { CallOff } from "../answer/CallOff";
import { PACE, WEEK } from "../pace/usePace";
import { Dialog } from "../../layout/Dialog";

const AHEAD_DAYS = 27;

/** A session as conflicts and the week both know it. */
export interface Movable {
  readonly booking_id: string;
  readonly client_name: string | null;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly status?: string;
}

interface Props {
  session: Movable | null;
  zone: string;
  onClose: () => void;
}

export function MoveDialog({ session, zone, onClose }: Props) {
  const { t } = useTranslation();
  const title = t(isAsked(session) ? "week.move.title_asked" : "week.move.title");
  return (
    <Dialog name="move" title={title} opened={session !== null} onClose={onClose}>
      {session ? (
        <Mover key={session.booking_id} session={session} zone={zone} onClose={onClose} />
      ) : null}
    </Dialog>
  );
}

function isAsked(session: Movable | null): boolean {
  return session?.status === "requested";
}

/** A request with its two answers; while the list of them is on its way, the page that has it too. */
function Asked({
  session,
  zone,
  onClose,
}: {
  session: Movable;
  zone: string;
  onClose: () => void;
}) {
  const found = useRequests().data?.sessions.find((one) => one.booking_id === session.booking_id);
  return found ? <Answer one={found} zone={zone} onDone={onClose} /> : null;
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
      {isAsked(session) ? <Asked {...{ session, zone, onClose }} /> : null}
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
      <Off {...{ session, zone, onClose }} />
    </Stack>
  );
}

/** Not for one for several, which is called off where it was opened, and not for a request, which is declined. */
function Off({ session, zone, onClose }: { session: Movable; zone: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { client_name, status = "confirmed", starts_at } = session;
  if (!client_name || status !== "confirmed" || Date.parse(starts_at) <= serverNow()) return null;
  return (
    <div className="stack">
      <Text fw={700}>{t("week.move.or_cancel")}</Text>
      <CallOff session={{ ...session, client_name }} zone={zone} onDone={onClose} />
    </div>
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
  const own = localDate(props.session.starts_at, zone);
  const [day, setDay] = useState(days.find((one) => one >= own) ?? days.at(-1) ?? "");
  const ofDay = slots.filter((one) => localDate(one.starts_at, zone) === day);
  const [wanted, setWanted] = useState("");
  const start = ofDay.some((one) => one.starts_at === wanted) ? wanted : "";
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
        value={start}
        data={[
          options("", t("week.move.choose")),
          ...ofDay.map((one) => options(one.starts_at, timeOfDay(one.starts_at, zone))),
        ]}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <Problem error={move.error} />
      <div className="actions">
        <Button
          size="sm"
          loading={move.isPending}
          disabled={start === ""}
          data-testid="move-confirm"
          onClick={() => move.mutate(start)}
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
  const attempt = useAttempt();
  return useMutation({
    mutationFn: (startsAt: string) =>
      request("POST", `/bookings/${session.booking_id}/reschedule`, {
        body: { starts_at: startsAt },
        idempotencyKey: attempt.keyFor(startsAt),
      }),
    onSuccess: (_, startsAt) => {
      attempt.done();
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
