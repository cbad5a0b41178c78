/** One week as it is worked on: the grid, the same hours as a list, and beside them what follows from both. */
import { Button, Switch, Text } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CalendarWeek, Pace } from "../../../api/types";
import { serverNow } from "../../../shared/clock";
import { dayName, localDate } from "../../../shared/time";
import { Card } from "../pace/Card";
import { Gauge } from "../pace/Gauge";
import { WEEKDAYS, minutesIn } from "../pace/rules";
import { RulesForm } from "../pace/RulesForm";
import type { Save } from "../pace/usePace";
import { CancelledList } from "./Cancelled";
import { Conflicts } from "./Conflicts";
import { DateDialog } from "./DateDialog";
import { DatesCard } from "./DatesCard";
import { DayPicker } from "./DayPicker";
import { Forecast } from "./Forecast";
import { Grid } from "./Grid";
import { piecesOf, shownHours } from "./grid";
import { ADD_BUTTON } from "./HoursBlock";
import { drawnOf, layoutOf, partsOf } from "./layout";
import { Legend } from "./Legend";
import { type Movable, MoveDialog } from "./MoveDialog";
import { RuleDialog } from "./RuleDialog";
import { useRules } from "./useRules";

interface Props {
  pace: Pace;
  week: CalendarWeek;
  saving: boolean;
  save: Save;
}

type Open =
  | { readonly kind: "rule"; readonly at: number }
  | { readonly kind: "date"; readonly date: string }
  | { readonly kind: "move"; readonly session: Movable }
  | null;

export function Workspace({ pace, week, saving, save }: Props) {
  const { t } = useTranslation();
  const editor = useRules(pace, saving, save);
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => setOpen(null);
  const layout = layoutOf(pace, week, editor.rules);
  const { zone } = layout;
  const today = localDate(serverNow(), zone);
  const [day, setDay] = useState(() => Math.max(0, layout.dates.indexOf(today)));
  const onMove = (session: Movable): void => setOpen({ kind: "move", session });
  return (
    <>
      <Conflicts conflicts={pace.conflicts} zone={zone} onMove={onMove} />
      <Picture
        {...{ week, layout, editor, today, day, setDay }}
        onOpenRule={(at) => setOpen({ kind: "rule", at })}
        onOpenDate={(date) => setOpen({ kind: "date", date })}
        onOpenSession={onMove}
      />
      <div className="pace-cards week-cards">
        <HoursList {...{ editor, zone, saving }} />
        <div className="stack">
          <DatesCard pace={pace} save={save} onOpen={(date) => setOpen({ kind: "date", date })} />
          <Forecast weeks={pace.weeks} />
          <Card name="places" title={t("week.places")}>
            <Gauge places={pace} />
          </Card>
        </div>
      </div>
      <RuleDialog
        at={open?.kind === "rule" ? open.at : null}
        {...{ zone, editor, saving }}
        weekday={day}
        onClose={close}
      />
      <DateDialog
        date={open?.kind === "date" ? open.date : null}
        {...{ pace, saving, save }}
        onClose={close}
      />
      <MoveDialog
        session={open?.kind === "move" ? open.session : null}
        zone={zone}
        onClose={close}
      />
    </>
  );
}

interface ListProps {
  editor: ReturnType<typeof useRules>;
  zone: string;
  saving: boolean;
}

/** The same hours as a list; folded on a phone, where it would push everything else far down. */
function HoursList({ editor, zone, saving }: ListProps) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  return (
    <Card name="hours-list" title={t("week.list.title")} lead={t("week.list.lead")}>
      <details open={!narrow} data-testid="hours-fold">
        <summary>{t("week.list.fold")}</summary>
        <RulesForm
          name="hours"
          rules={editor.rules}
          zone={zone}
          validity
          saving={saving}
          empty={t("week.list.none")}
          add={t("week.add")}
          onSave={editor.send}
        />
      </details>
    </Card>
  );
}

function useNarrow(): boolean {
  return useMediaQuery("(max-width: 50em)", undefined, { getInitialValueInEffect: false });
}

/** Kept in this browser: who does not want to see them need not say so every week. */
function useShowsCancelled() {
  return useLocalStorage({
    key: "todoku.week.cancelled",
    defaultValue: true,
    getInitialValueInEffect: false,
  });
}

interface PictureProps {
  week: CalendarWeek;
  layout: ReturnType<typeof layoutOf>;
  editor: ReturnType<typeof useRules>;
  today: string;
  day: number;
  setDay: (day: number) => void;
  onOpenRule: (at: number) => void;
  onOpenDate: (date: string) => void;
  onOpenSession: (session: Movable) => void;
}

/** All seven days, or one at a time where they would be too narrow. */
function Picture(props: PictureProps) {
  const { t } = useTranslation();
  const { week, layout, editor, day } = props;
  const [whole, setWhole] = useState(false);
  const [said, setSaid] = useState("");
  const narrow = useNarrow();
  const [withCancelled, setWithCancelled] = useShowsCancelled();
  const columns = narrow ? [day] : WEEKDAYS;
  const drawn = drawnOf(week, withCancelled);
  const sessions = [...drawn.sessions, ...drawn.cancelled].flatMap((one) =>
    piecesOf(one, layout.zone, layout.dates),
  );
  const hours = shownHours(partsOf(layout, editor.rules, sessions), whole);
  const total = minutesIn(editor.rules, layout.dates) / 60;
  const name = (date: string | undefined): string => dayName(`${date}T12:00:00Z`, "UTC");
  const range = t("week.range", { from: name(layout.dates[0]), until: name(layout.dates[6]) });
  return (
    <section className="card" aria-label={t("week.title")}>
      <div>
        <Text size="sm">{t("week.lead")}</Text>
        <Text size="sm" c="dimmed" id="week-hint">
          {t(narrow ? "week.hint_touch" : "week.hint")}
        </Text>
      </div>
      {narrow ? <DayPicker dates={layout.dates} day={day} onPick={props.setDay} /> : null}
      <Grid
        name={t("week.grid", { range })}
        {...{ layout, editor, columns, hours }}
        week={drawn}
        today={props.today}
        onSay={setSaid}
        onOpenRule={props.onOpenRule}
        onOpenDate={props.onOpenDate}
        onOpenSession={props.onOpenSession}
        onDay={props.setDay}
      />
      <div role="status" className="small" data-testid="week-said">
        {said}
      </div>
      <div className="week-under">
        <Button
          id={ADD_BUTTON}
          size="sm"
          variant="default"
          data-testid="add-block"
          onClick={() => props.onOpenRule(editor.rules.length)}
        >
          {t("week.add")}
        </Button>
        <Switch
          checked={whole}
          label={t("week.whole")}
          data-testid="whole-day"
          onChange={(event) => setWhole(event.currentTarget.checked)}
        />
        {week.cancelled.length > 0 ? (
          <Switch
            checked={withCancelled}
            label={t("week.cancelled.show", { count: week.cancelled.length })}
            data-testid="show-cancelled"
            onChange={(event) => setWithCancelled(event.currentTarget.checked)}
          />
        ) : null}
        <Text size="sm" c="dimmed">
          {t("week.total", { hours: Math.round(total * 10) / 10 })}
        </Text>
      </div>
      {drawn.cancelled.length > 0 ? (
        <CancelledList those={drawn.cancelled} zone={layout.zone} />
      ) : null}
      <Legend />
    </section>
  );
}
