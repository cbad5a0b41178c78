/** Calling one session off, and what is said of one that was. */
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { TherapistSession } from "../../../api/types";
import { dateAndTime } from "../../../shared/time";
import { Reasoned } from "./Reasoned";
import { useDeed } from "./useDeed";

interface Props {
  session: Pick<TherapistSession, "booking_id" | "client_name" | "starts_at">;
  zone: string;
  onDone?: () => void;
}

export function CallOff({ session, zone, onDone }: Props) {
  const { t } = useTranslation();
  const deed = useDeed(`/bookings/${session.booking_id}`, onDone);
  const of = { name: session.client_name, when: dateAndTime(session.starts_at, zone) };
  return (
    <Reasoned
      name="call-off"
      words={{
        open: t("app.call_off.open"),
        openOf: t("app.call_off.open_of", of),
        text: t("app.call_off.text"),
        sure: t("app.call_off.sure"),
      }}
      pending={deed.isPending}
      error={deed.error}
      onSure={(reason) => deed.mutate({ verb: "cancel", reason })}
    />
  );
}

const BY: ReadonlySet<string> = new Set(["client", "therapist", "staff", "system"]);

export function CalledOff({
  one,
}: {
  one: Pick<TherapistSession, "status" | "cancelled_by" | "reason">;
}) {
  const { t } = useTranslation();
  if (one.status !== "cancelled") return null;
  const by = one.cancelled_by && BY.has(one.cancelled_by) ? one.cancelled_by : null;
  return (
    <div data-testid="called-off">
      {by ? <Text size="sm">{t(`app.call_off.by.${by as "client"}`)}</Text> : null}
      {one.reason ? <Text size="sm">{t("app.call_off.why", { reason: one.reason })}</Text> : null}
    </div>
  );
}
