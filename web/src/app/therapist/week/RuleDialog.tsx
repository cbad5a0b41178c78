/** One stretch of weekly hours, typed: also how a phone sets what a finger would find hard to drag. */
import { Button, Stack } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Rule, faultOf, replaced, without } from "../pace/rules";
import { RuleRow } from "../pace/RuleRow";
import { Dialog } from "../../layout/Dialog";
import type { RulesEditor } from "./useRules";

interface Props {
  /** Index among the rules; their number for new ones; null: closed. */
  at: number | null;
  zone: string;
  weekday: number;
  editor: RulesEditor;
  saving: boolean;
  onClose: () => void;
}

export function RuleDialog(props: Props) {
  const { t } = useTranslation();
  const { at, editor } = props;
  const known = at === null ? undefined : editor.rules[at];
  const fresh = { timezone: props.zone, valid_from: null, valid_to: null };
  const rule = known ?? { ...fresh, weekday: props.weekday, start: 540, end: 1020 };
  return (
    <Dialog
      name="rule"
      title={t(known ? "week.editor.title" : "week.editor.add_title")}
      opened={at !== null}
      onClose={props.onClose}
    >
      {at === null ? null : <Editor {...props} key={at} at={at} rule={rule} isNew={!known} />}
    </Dialog>
  );
}

function Editor(props: Omit<Props, "at"> & { at: number; rule: Rule; isNew: boolean }) {
  const { t } = useTranslation();
  const { at, editor, isNew } = props;
  const [rule, setRule] = useState(props.rule);
  const all = isNew ? [...editor.rules, rule] : replaced(editor.rules, at, rule);
  const fault = faultOf(all, at);
  const send = async (rules: readonly Rule[]): Promise<void> => {
    if ((await editor.send(rules)).ok) props.onClose();
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (!fault) void send(all);
  };
  return (
    <form noValidate onSubmit={submit}>
      <Stack gap="md">
        <RuleRow rule={rule} at={0} fault={fault} validity zone={props.zone} onChange={setRule} />
        <div className="actions">
          <Button type="submit" size="sm" loading={props.saving} data-testid="rule-save">
            {t("common.save")}
          </Button>
          {isNew ? null : (
            <Button
              variant="default"
              size="sm"
              color="red"
              data-testid="rule-delete"
              onClick={() => void send(without(editor.rules, at))}
            >
              {t("pace.remove")}
            </Button>
          )}
          <Button variant="default" size="sm" onClick={props.onClose}>
            {t("common.cancel")}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
