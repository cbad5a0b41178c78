/** What is to hold on one date alone: the usual hours, none, or others. */
import { Button, Radio, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Pace } from "../../../api/types";
import { dayName } from "../../../shared/time";
import { clockOf, endOf, fieldOf, minuteOf } from "../pace/rules";
import type { Change, Save } from "../pace/usePace";
import { type Choice, type Range, choiceOf, rangesFault } from "./dates";
import { Dialog } from "../../layout/Dialog";

interface Props {
  date: string | null;
  pace: Pace;
  saving: boolean;
  save: Save;
  onClose: () => void;
}

export function DateDialog(props: Props) {
  const { t } = useTranslation();
  const { date } = props;
  const day = date ? dayName(`${date}T12:00:00Z`, "UTC") : "";
  return (
    <Dialog
      name="date"
      title={t("week.date.title", { day })}
      opened={date !== null}
      onClose={props.onClose}
    >
      {date ? <Editor {...props} key={date} date={date} day={day} /> : null}
    </Dialog>
  );
}

function Editor(props: Props & { date: string; day: string }) {
  const { t } = useTranslation();
  const { date, day, pace, saving, save, onClose } = props;
  const before = choiceOf(pace, date);
  const [choice, setChoice] = useState<Choice>(before.choice);
  const [ranges, setRanges] = useState<readonly Range[]>(before.ranges);
  const fault = choice === "other" ? rangesFault(ranges) : null;
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (fault) return;
    const said = t("week.date.saved", { day });
    const done = await save(dateChange(date, { choice, ranges }, before, said));
    if (done.ok) onClose();
  };
  return (
    <form noValidate onSubmit={(event) => void submit(event)}>
      <Stack gap="md">
        <Text size="sm">{t("week.date.lead")}</Text>
        <Radio.Group
          label={t("week.date.choice")}
          value={choice}
          onChange={(value) => setChoice(value as Choice)}
        >
          <Stack gap="xs" mt="xs">
            {(["usual", "closed", "other"] as const).map((one) => (
              <Radio
                key={one}
                value={one}
                label={t(`week.date.${one}`)}
                data-testid={`date-${one}`}
              />
            ))}
          </Stack>
        </Radio.Group>
        {choice === "other" ? <Ranges ranges={ranges} onChange={setRanges} /> : null}
        <div role="alert" className="rule-fault">
          {fault ? t(`week.date.${fault}`) : null}
        </div>
        <div className="actions">
          <Button type="submit" size="sm" loading={saving} data-testid="date-save">
            {t("common.save")}
          </Button>
          <Button variant="default" size="sm" onClick={onClose}>
            {t("common.cancel")}
          </Button>
        </div>
      </Stack>
    </form>
  );
}

function Ranges(props: { ranges: readonly Range[]; onChange: (ranges: readonly Range[]) => void }) {
  const { t } = useTranslation();
  const { ranges, onChange } = props;
  const set = (at: number, range: Range): void =>
    onChange(ranges.map((one, index) => (index === at ? range : one)));
  return (
    <Stack gap="xs">
      {ranges.map((range, at) => (
        <div
          key={at}
          className="rule-row"
          role="group"
          aria-label={t("week.date.row", { count: at + 1 })}
        >
          <TextInput
            size="sm"
            type="time"
            label={t("pace.rules.from")}
            data-testid="date-start"
            value={fieldOf(range.start)}
            onChange={(event) =>
              set(at, { ...range, start: minuteOf(event.currentTarget.value) ?? range.start })
            }
          />
          <TextInput
            size="sm"
            type="time"
            label={t("pace.rules.until")}
            data-testid="date-end"
            value={fieldOf(range.end)}
            onChange={(event) =>
              set(at, { ...range, end: endOf(event.currentTarget.value) ?? range.end })
            }
          />
          <Button
            variant="subtle"
            color="red"
            size="sm"
            aria-label={t("pace.rules.remove_of", { name: t("week.date.row", { count: at + 1 }) })}
            onClick={() => onChange(ranges.filter((_, index) => index !== at))}
          >
            {t("pace.remove")}
          </Button>
        </div>
      ))}
      <Button
        variant="default"
        size="sm"
        className="start"
        data-testid="date-add"
        onClick={() => onChange([...ranges, { start: 540, end: 1020 }])}
      >
        {t("week.date.add")}
      </Button>
    </Stack>
  );
}

export interface DateHours {
  readonly choice: Choice;
  readonly ranges: readonly Range[];
}

export function dateChange(
  date: string,
  wanted: DateHours,
  before: DateHours,
  said: string,
): Change {
  return { ...set(date, wanted), said, undo: () => set(date, before) };
}

function set(date: string, { choice, ranges }: DateHours) {
  const path = `/dates/${date}`;
  if (choice === "usual") return { method: "DELETE", path } as const;
  const clocks = ranges.map((one) => ({ start: clockOf(one.start), end: clockOf(one.end) }));
  return { method: "PUT", path, body: { ranges: choice === "closed" ? [] : clocks } } as const;
}
