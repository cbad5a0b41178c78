/** The form of one time off: whole days, or from one time to another, in the therapist's own zone. */
import { NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Colleagues, Pace } from "../../../api/types";
import { nameOf } from "../../../shared/named";
import { FormEnd } from "./Card";
import { awaySpan, isCovered } from "./instants";
import { minuteOf } from "./rules";

type Body = Omit<Pace["time_off"][number], "time_off_id">;

interface Props {
  zone: string;
  colleagues: Colleagues["colleagues"];
  saving: boolean;
  onSave: (body: Body) => Promise<void>;
  onCancel: () => void;
}

const FIELDS = [
  ["first", "date"],
  ["from", "time"],
  ["last", "date"],
  ["until", "time"],
] as const;

export function LeaveForm({ zone, colleagues, saving, onSave, onCancel }: Props) {
  const { t } = useTranslation();
  const [away, setAway] = useState({ first: "", from: "", last: "", until: "" });
  const [kind, setKind] = useState("off");
  const [cover, setCover] = useState("");
  const [checked, setChecked] = useState(false);
  const span = awaySpan({ ...away, last: away.last || away.first }, minuteOf, zone);
  const covers = kind === "leave" && span !== null && isCovered(span);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setChecked(true);
    const first = event.currentTarget.querySelector<HTMLElement>('[name="first"]');
    if (!span) return first?.focus();
    await onSave({ ...span, kind, cover_id: covers && cover ? cover : null });
  };
  return (
    <form className="stack soft-form" noValidate onSubmit={(event) => void submit(event)}>
      <div className="fields">
        {FIELDS.map(([name, type]) => (
          <TextInput
            key={name}
            type={type}
            name={name}
            data-testid={`leave-${name}`}
            label={t(`pace.leave.${name}`)}
            description={t(`pace.leave.${name}_text`)}
            value={away[name]}
            error={checked && !span && name === "first" ? t("pace.leave.order") : null}
            onChange={(event) => setAway({ ...away, [name]: event.currentTarget.value })}
          />
        ))}
        <NativeSelect
          label={t("pace.leave.kind")}
          description={t("pace.leave.kind_text")}
          data-testid="leave-kind"
          value={kind}
          data={[
            { value: "off", label: t("pace.leave.kind_off") },
            { value: "leave", label: t("pace.leave.kind_leave") },
          ]}
          onChange={(event) => setKind(event.currentTarget.value)}
        />
        {covers ? (
          <NativeSelect
            label={t("pace.leave.cover")}
            description={t("pace.leave.cover_text")}
            data-testid="leave-cover"
            value={cover}
            data={[
              { value: "", label: t("pace.leave.cover_none") },
              ...colleagues.map((one) => ({ value: one.therapist_id, label: nameOf(one) })),
            ]}
            onChange={(event) => setCover(event.currentTarget.value)}
          />
        ) : null}
      </div>
      <FormEnd name="leave" saving={saving} onCancel={onCancel} />
    </form>
  );
}
