/** Weekly hours as a plain list of fields, saved by a button: for working hours and for answering messages alike. */
import { Button, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { FormEnd } from "./Card";
import { RuleRow } from "./RuleRow";
import { type Rule, DAY_MIN, firstFault, replaced, without } from "./rules";

interface Props {
  name: string;
  rules: readonly Rule[];
  zone: string;
  validity: boolean;
  saving: boolean;
  empty: string;
  add: string;
  onSave: (rules: readonly Rule[]) => Promise<{ ok: boolean }>;
}

export function RulesForm(props: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<readonly Rule[] | null>(null);
  const rules = typed ?? props.rules;
  const fault = typed ? firstFault(rules) : null;
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (!fault && (await props.onSave(rules)).ok) setTyped(null);
  };
  return (
    <form
      className="stack"
      noValidate
      data-testid={`form-${props.name}`}
      onSubmit={(event) => void submit(event)}
    >
      {rules.length === 0 ? <Text>{props.empty}</Text> : null}
      {rules.map((rule, at) => (
        <RuleRow
          key={at}
          rule={rule}
          at={at}
          fault={fault?.at === at ? fault.fault : null}
          validity={props.validity}
          zone={props.zone}
          onChange={(changed) => setTyped(replaced(rules, at, changed))}
          onRemove={() => setTyped(without(rules, at))}
        />
      ))}
      <Button
        variant="default"
        size="sm"
        className="start"
        data-testid={`add-${props.name}`}
        onClick={() => setTyped([...rules, nextRule(rules, props.zone)])}
      >
        {props.add}
      </Button>
      {typed ? (
        <>
          <Text size="sm" c="dimmed">
            {t("pace.rules.unsaved")}
          </Text>
          <FormEnd name={props.name} saving={props.saving} onCancel={() => setTyped(null)} />
        </>
      ) : null}
    </form>
  );
}

/** A start for another stretch: after the last one on its day, or on the next day. */
function nextRule(rules: readonly Rule[], zone: string): Rule {
  const fresh = { timezone: zone, valid_from: null, valid_to: null };
  const last = rules.at(-1);
  if (!last) return { ...fresh, weekday: 0, start: 540, end: 1020 };
  if (last.end + 60 <= DAY_MIN) {
    return { ...fresh, weekday: last.weekday, start: last.end, end: last.end + 60 };
  }
  return { ...fresh, weekday: (last.weekday + 1) % 7, start: 540, end: 1020 };
}
