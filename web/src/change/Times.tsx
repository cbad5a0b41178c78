/** A month of days, those with free times marked; the times of one of them; and the question before the move. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Booking, Slot } from "../api/types";
import { serverNow } from "../shared/clock";
import { useStore } from "../shared/store";
import { dateAndTime, dayName, localDate, timeOfDay } from "../shared/time";
import { ZonePicker } from "../booking/ZonePicker";
import { Button } from "../join/ui/Button";
import { ErrorNotice } from "../join/ui/ErrorScreen";
import { Heading } from "../join/ui/Heading";
import { Loading } from "../join/ui/Loading";
import type { ChangeFlow } from "./flow";
import { afterKey, monthOf, weeksOf } from "./month";
import "./change.css";

interface Props {
  flow: ChangeFlow;
  booking: Booking;
}

export function Times({ flow, booking }: Props) {
  const { t } = useTranslation();
  const { problem, zone } = useStore(flow.state);
  return (
    <>
      <Button kind="quiet" className="back" onClick={() => flow.show("booking")}>
        ← {t("change.back")}
      </Button>
      <Heading>{t("change.times.title")}</Heading>
      <p className="lead">{t("change.times.lead")}</p>
      <p>
        {t("change.times.now")}: <strong>{dateAndTime(booking.starts_at, zone)}</strong>
      </p>
      {problem ? <ErrorNotice error={problem} /> : null}
      <ZonePicker zone={zone} onChange={(chosen) => void flow.chooseZone(chosen)} />
      <Month flow={flow} />
    </>
  );
}

function byDay(slots: readonly Slot[], zone: string): Map<string, Slot[]> {
  const days = new Map<string, Slot[]>();
  for (const slot of slots) {
    const date = localDate(slot.starts_at, zone);
    days.set(date, [...(days.get(date) ?? []), slot]);
  }
  return days;
}

function Month({ flow }: { flow: ChangeFlow }) {
  const { t } = useTranslation();
  const { month, slots, zone, busy } = useStore(flow.state);
  const [wanted, setWanted] = useState<string>();
  const days = byDay(slots, zone);
  const chosen = wanted && days.has(wanted) ? wanted : [...days.keys()][0];
  const isEmpty = busy !== "slots" && slots.length === 0;
  return (
    <section className="card" aria-label={t("change.times.month")}>
      <Moves flow={flow} />
      <Grid key={month} month={month} days={days} chosen={chosen} onChoose={setWanted} />
      {busy === "slots" && slots.length === 0 ? <Loading /> : null}
      {isEmpty ? (
        <div className="empty">
          <p>{t("change.times.none")}</p>
          <Button onClick={() => void flow.findFree()}>{t("change.times.nextFree")}</Button>
        </div>
      ) : null}
      {chosen ? <Day flow={flow} slots={days.get(chosen) ?? []} /> : null}
    </section>
  );
}

function Moves({ flow }: { flow: ChangeFlow }) {
  const { t, i18n } = useTranslation();
  const { month, zone } = useStore(flow.state);
  const title = new Intl.DateTimeFormat(i18n.language, {
    year: "numeric",
    month: "long",
    timeZone: "UTC",
  }).format(new Date(`${month}-01T12:00:00Z`));
  return (
    <div className="week-moves">
      <Button
        kind="quiet"
        disabled={month <= monthOf(serverNow(), zone)}
        onClick={() => void flow.moveMonth(-1)}
      >
        ← {t("change.times.earlier")}
      </Button>
      <span aria-live="polite">{title}</span>
      <Button kind="quiet" onClick={() => void flow.moveMonth(1)} data-testid="next-month">
        {t("change.times.later")} →
      </Button>
    </div>
  );
}

interface GridProps {
  month: string;
  days: Map<string, Slot[]>;
  chosen: string | undefined;
  onChoose: (date: string) => void;
}

/** One stop for Tab; the arrow keys go from day to day, Home and End to the ends of the week. */
function Grid({ month, days, chosen, onChoose }: GridProps) {
  const { i18n } = useTranslation();
  const grid = useRef<HTMLTableElement>(null);
  const [focused, setFocused] = useState<string>();
  const weeks = weeksOf(month);
  const stop = focused ?? chosen ?? weeks.flat().find((day) => day !== null) ?? "";
  useEffect(() => {
    if (focused) grid.current?.querySelector<HTMLElement>(`[data-date="${focused}"]`)?.focus();
  }, [focused]);
  const name = new Intl.DateTimeFormat(i18n.language, { weekday: "short", timeZone: "UTC" });
  return (
    <table ref={grid} className="month" role="grid">
      <thead>
        <tr>
          {Array.from({ length: 7 }, (_, at) => (
            <th key={at} scope="col">
              {name.format(new Date(Date.UTC(2026, 10, 23 + at)))}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week, at) => (
          <tr key={at}>
            {week.map((date, column) => (
              <td key={column} role="gridcell" aria-selected={date !== null && date === chosen}>
                {date ? (
                  <DayButton
                    date={date}
                    count={days.get(date)?.length ?? 0}
                    chosen={date === chosen}
                    tabStop={date === stop}
                    onChoose={() => onChoose(date)}
                    onKey={(key) => {
                      const next = afterKey(key, date);
                      if (next) setFocused(next);
                      return next !== undefined;
                    }}
                  />
                ) : null}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface DayButtonProps {
  date: string;
  count: number;
  chosen: boolean;
  tabStop: boolean;
  onChoose: () => void;
  /** Whether the key is one of the grid's. */
  onKey: (key: string) => boolean;
}

function DayButton({ date, count, chosen, tabStop, onChoose, onKey }: DayButtonProps) {
  const { t } = useTranslation();
  const day = dayName(`${date}T12:00:00Z`, "UTC");
  return (
    <button
      type="button"
      className="month-day"
      data-date={date}
      data-testid="month-day"
      data-free={count > 0 || undefined}
      aria-pressed={chosen}
      aria-disabled={count === 0 || undefined}
      aria-label={t("change.times.day", { day, count })}
      tabIndex={tabStop ? 0 : -1}
      onClick={count > 0 ? onChoose : undefined}
      onKeyDown={(event) => {
        if (onKey(event.key)) event.preventDefault();
      }}
    >
      {Number(date.slice(8))}
      <span aria-hidden="true" className="month-dot" />
    </button>
  );
}

function Day({ flow, slots }: { flow: ChangeFlow; slots: readonly Slot[] }) {
  const { zone } = useStore(flow.state);
  const [first] = slots;
  return (
    <>
      <h2 className="times-title">{first ? dayName(first.starts_at, zone) : null}</h2>
      <ul className="times">
        {slots.map((slot) => (
          <li key={slot.starts_at}>
            <button
              type="button"
              className="time"
              data-testid="slot"
              data-starts-at={slot.starts_at}
              onClick={() => flow.pick(slot)}
            >
              {timeOfDay(slot.starts_at, zone)}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

export function Sure({ flow, booking }: Props) {
  const { t } = useTranslation();
  const { picked, zone, busy, problem } = useStore(flow.state);
  return (
    <section className="card card-center" data-testid="sure">
      <Heading>{t("change.times.sure")}</Heading>
      {problem ? <ErrorNotice error={problem} /> : null}
      <dl className="facts">
        <dt>{t("change.times.from")}</dt>
        <dd>{dateAndTime(booking.starts_at, zone)}</dd>
        <dt>{t("change.times.to")}</dt>
        <dd>
          <strong>{picked ? dateAndTime(picked.starts_at, zone) : null}</strong>
        </dd>
      </dl>
      <div className="actions">
        <Button
          kind="primary"
          busy={busy === "changing"}
          onClick={() => void flow.move()}
          data-testid="confirm-move"
        >
          {t("change.times.confirm")}
        </Button>
        <Button onClick={() => flow.show("times")}>{t("change.back")}</Button>
      </div>
    </section>
  );
}
