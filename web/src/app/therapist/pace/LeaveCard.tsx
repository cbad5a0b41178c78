/** Time off, planned ahead: hidden from clients at once. During a leave somebody may cover, whom clients may choose. */
import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "@tanstack/react-query";
import type { Colleagues, Pace } from "../../../api/types";
import { request } from "../../../shared/api";
import { nameOf } from "../../../shared/named";
import { dateAndTime, dayName } from "../../../shared/time";
import { Card, Line } from "./Card";
import { wholeDays } from "./instants";
import { LeaveForm } from "./LeaveForm";
import type { Change, Save } from "./usePace";

type Off = Pace["time_off"][number];

export function LeaveCard({ pace, saving, save }: { pace: Pace; saving: boolean; save: Save }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const colleagues = useColleagues();
  const names = new Map(colleagues.map((one) => [one.therapist_id, nameOf(one)]));
  return (
    <Card name="leave" title={t("pace.leave.title")} lead={t("pace.leave.lead")}>
      {pace.time_off.length === 0 ? <Text>{t("pace.leave.none")}</Text> : null}
      <ul className="plain-list">
        {pace.time_off.map((off) => (
          <OffLine
            key={off.time_off_id}
            off={off}
            zone={pace.timezone}
            cover={off.cover_id ? names.get(off.cover_id) : undefined}
            onRemove={() => void save(removed(off, t("pace.leave.removed")))}
          />
        ))}
      </ul>
      {open ? (
        <LeaveForm
          zone={pace.timezone}
          colleagues={colleagues}
          saving={saving}
          onSave={async (body) => {
            const done = await save(added(body, t("pace.leave.added")));
            if (done.ok) setOpen(false);
          }}
          onCancel={() => setOpen(false)}
        />
      ) : (
        <Button variant="default" size="sm" data-testid="add-leave" onClick={() => setOpen(true)}>
          {t("pace.leave.add")}
        </Button>
      )}
    </Card>
  );
}

function useColleagues(): Colleagues["colleagues"] {
  const query = useQuery({
    queryKey: ["colleagues"],
    queryFn: ({ signal }) => request<Colleagues>("GET", "/therapist/colleagues", { signal }),
  });
  return query.data?.colleagues ?? [];
}

function OffLine(props: {
  off: Off;
  zone: string;
  cover: string | undefined;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  const { off, zone } = props;
  const days = wholeDays(off, zone);
  const name = (date: string): string => dayName(`${date}T12:00:00Z`, "UTC");
  const from = days ? name(days.first) : dateAndTime(off.starts_at, zone);
  const until = days ? name(days.last) : dateAndTime(off.ends_at, zone);
  const kind = t(off.kind === "leave" ? "pace.leave.kind_leave" : "pace.leave.kind_off");
  return (
    <Line
      testId="time-off"
      actions={
        <Button
          variant="subtle"
          color="red"
          size="sm"
          aria-label={t("pace.leave.remove_of", { from })}
          data-testid="remove-leave"
          onClick={props.onRemove}
        >
          {t("pace.remove")}
        </Button>
      }
    >
      <Text fw={700}>{from === until ? from : t("pace.leave.span", { from, until })}</Text>
      <Text size="sm">
        {kind}
        {props.cover ? ` ${t("pace.leave.covered", { name: props.cover })}` : ""}
      </Text>
    </Line>
  );
}

function added(body: Omit<Off, "time_off_id">, said: string): Change {
  return {
    method: "POST",
    path: "/time-off",
    body,
    said,
    undo: (before, after) => {
      const known = new Set(before.time_off.map((one) => one.time_off_id));
      const made = after.time_off.find((one) => !known.has(one.time_off_id));
      return made ? { method: "DELETE", path: `/time-off/${made.time_off_id}` } : null;
    },
  };
}

function removed({ time_off_id, ...body }: Off, said: string): Change {
  const undo = { method: "POST", path: "/time-off", body } as const;
  return { method: "DELETE", path: `/time-off/${time_off_id}`, said, undo: () => undo };
}
