/** One stretch of weekly hours as fields: day, from, until, and since when and until when it holds. */
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { zoneLabel } from "../../../shared/time";
import { type Fault, type Rule, WEEKDAYS, endOf, fieldOf, minuteOf } from "./rules";

interface Props {
  rule: Rule;
  /** Its place among the others, for its name. */
  at: number;
  fault: Fault | null;
  validity: boolean;
  /** Named where it is another one. */
  zone: string;
  onChange: (rule: Rule) => void;
  onRemove?: () => void;
}

export function RuleRow({ rule, at, fault, validity, zone, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const days = useWeekdays("long");
  const day = days[rule.weekday] ?? "";
  const name = t("pace.rules.row", { day, count: at + 1 });
  return (
    <div className="rule-row" role="group" aria-label={name} data-testid="rule-row">
      <NativeSelect
        size="sm"
        label={t("pace.rules.day")}
        value={String(rule.weekday)}
        data={WEEKDAYS.map((weekday) => ({ value: String(weekday), label: days[weekday] ?? "" }))}
        onChange={(event) => onChange({ ...rule, weekday: Number(event.currentTarget.value) })}
      />
      <TimeField
        label={t("pace.rules.from")}
        minute={rule.start}
        name="start"
        onChange={(clock) => onChange({ ...rule, start: minuteOf(clock) ?? rule.start })}
      />
      <TimeField
        label={t("pace.rules.until")}
        minute={rule.end}
        name="end"
        onChange={(clock) => onChange({ ...rule, end: endOf(clock) ?? rule.end })}
      />
      {validity ? <Validity rule={rule} onChange={onChange} /> : null}
      {onRemove ? (
        <Button
          variant="subtle"
          color="red"
          size="sm"
          aria-label={t("pace.rules.remove_of", { name })}
          data-testid="rule-remove"
          onClick={onRemove}
        >
          {t("pace.remove")}
        </Button>
      ) : null}
      {rule.timezone && rule.timezone !== zone ? (
        <span className="small rule-note">
          {t("pace.rules.zone", { zone: zoneLabel(rule.timezone) })}
        </span>
      ) : null}
      {fault ? (
        <span className="small rule-fault" role="alert">
          {t(`pace.rules.fault.${fault}`)}
        </span>
      ) : null}
    </div>
  );
}

/** A time field is given back to the browser only when it holds another time, so that typing is not disturbed. */
function TimeField(props: {
  label: string;
  minute: number;
  name: string;
  onChange: (clock: string) => void;
}) {
  return (
    <TextInput
      size="sm"
      type="time"
      step={300}
      label={props.label}
      name={props.name}
      data-testid={`rule-${props.name}`}
      value={fieldOf(props.minute)}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}

function Validity({ rule, onChange }: { rule: Rule; onChange: (rule: Rule) => void }) {
  const { t } = useTranslation();
  return (
    <>
      {(["valid_from", "valid_to"] as const).map((name) => (
        <TextInput
          key={name}
          size="sm"
          type="date"
          label={t(`pace.rules.${name}`)}
          name={name}
          data-testid={`rule-${name}`}
          value={rule[name] ?? ""}
          onChange={(event) => onChange({ ...rule, [name]: event.currentTarget.value || null })}
        />
      ))}
    </>
  );
}

/** The names of the weekdays from Monday on. */
export function useWeekdays(style: "long" | "short"): string[] {
  const { i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(i18n.language, { weekday: style, timeZone: "UTC" });
  // Some Monday.
  return WEEKDAYS.map((weekday) => format.format(new Date(Date.UTC(2024, 0, 1 + weekday))));
}
