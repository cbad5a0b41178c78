/** Travel: on these dates the weekly hours are meant in the zone of the place. */
import { Button, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Pace } from "../../../api/types";
import { dayName, visitorZone, zoneLabel } from "../../../shared/time";
import { Card, FormEnd, Line } from "./Card";
import { TravelZone } from "./TravelZone";
import type { Change, Save } from "./usePace";

type Travel = Pace["travels"][number];
type Wanted = Omit<Travel, "travel_id">;

export function TravelCard({ pace, saving, save }: { pace: Pace; saving: boolean; save: Save }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Card
      name="travel"
      title={t("pace.travel.title")}
      lead={t("pace.travel.lead", { zone: zoneLabel(pace.timezone) })}
    >
      {pace.travels.length === 0 ? <Text>{t("pace.travel.none")}</Text> : null}
      <ul className="plain-list">
        {pace.travels.map((travel) => (
          <TravelLine
            key={travel.travel_id}
            travel={travel}
            onRemove={() => void save(removed(travel, t("pace.travel.removed")))}
          />
        ))}
      </ul>
      {open ? (
        <TravelForm
          saving={saving}
          onSave={async (wanted) => {
            const done = await save(added(wanted, t("pace.travel.added")));
            if (done.ok) setOpen(false);
          }}
          onCancel={() => setOpen(false)}
        />
      ) : (
        <Button variant="default" size="sm" data-testid="add-travel" onClick={() => setOpen(true)}>
          {t("pace.travel.add")}
        </Button>
      )}
    </Card>
  );
}

function TravelLine({ travel, onRemove }: { travel: Travel; onRemove: () => void }) {
  const { t } = useTranslation();
  const from = dayName(`${travel.first_date}T12:00:00Z`, "UTC");
  const until = dayName(`${travel.last_date}T12:00:00Z`, "UTC");
  return (
    <Line
      testId="travel"
      actions={
        <Button
          variant="subtle"
          color="red"
          size="sm"
          aria-label={t("pace.travel.remove_of", { from })}
          onClick={onRemove}
        >
          {t("pace.remove")}
        </Button>
      }
    >
      <Text fw={700}>{t("pace.leave.span", { from, until })}</Text>
      <Text size="sm">{zoneLabel(travel.timezone)}</Text>
    </Line>
  );
}

function TravelForm(props: {
  saving: boolean;
  onSave: (wanted: Wanted) => Promise<void>;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState<Wanted>({
    first_date: "",
    last_date: "",
    timezone: visitorZone(),
  });
  const [checked, setChecked] = useState(false);
  const wrong = !wanted.first_date || wanted.last_date < wanted.first_date;
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setChecked(true);
    const first = event.currentTarget.querySelector<HTMLElement>('[name="first_date"]');
    if (wrong) return first?.focus();
    await props.onSave(wanted);
  };
  return (
    <form className="stack soft-form" noValidate onSubmit={(event) => void submit(event)}>
      <div className="fields">
        {(["first_date", "last_date"] as const).map((name) => (
          <TextInput
            key={name}
            type="date"
            name={name}
            data-testid={`travel-${name}`}
            label={t(`pace.travel.${name}`)}
            value={wanted[name]}
            error={checked && wrong && name === "first_date" ? t("pace.travel.order") : null}
            onChange={(event) => setWanted({ ...wanted, [name]: event.currentTarget.value })}
          />
        ))}
        <TravelZone
          zone={wanted.timezone}
          onChange={(timezone) => setWanted({ ...wanted, timezone })}
        />
      </div>
      <FormEnd name="travel" saving={props.saving} onCancel={props.onCancel} />
    </form>
  );
}

function added(wanted: Wanted, said: string): Change {
  return {
    method: "POST",
    path: "/travels",
    body: wanted,
    said,
    undo: (before, after) => {
      const known = new Set(before.travels.map((one) => one.travel_id));
      const made = after.travels.find((one) => !known.has(one.travel_id));
      return made ? { method: "DELETE", path: `/travels/${made.travel_id}` } : null;
    },
  };
}

function removed({ travel_id, ...body }: Travel, said: string): Change {
  const undo = { method: "POST", path: "/travels", body } as const;
  return { method: "DELETE", path: `/travels/${travel_id}`, said, undo: () => undo };
}
