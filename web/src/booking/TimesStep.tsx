/** Step 2: a week of days, and the free times of one of them. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Slot } from "../api/types";
import { serverNow } from "../shared/clock";
import { useStore } from "../shared/store";
import { addDays, dayName, localDate, shortDay, timeOfDay } from "../shared/time";
import { Button } from "../join/ui/Button";
import { Heading } from "../join/ui/Heading";
import { Loading } from "../join/ui/Loading";
import { BookingProblem } from "./BookingProblem";
import { type Day, WEEK_DAYS, dayToShow, weekOf } from "./days";
import type { BookingFlow } from "./flow";
import { Portrait } from "../join/ui/Portrait";
import { ZonePicker } from "./ZonePicker";

export function TimesStep({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const { zone, offer } = useStore(flow.state);
  const therapist = flow.therapist;
  const others = (offer?.therapists.length ?? 0) > 1;
  return (
    <>
      {others ? (
        <Button kind="quiet" className="back" onClick={() => history.back()}>
          ← {t("booking.times.others")}
        </Button>
      ) : null}
      <div className="times-head">
        <Portrait name={therapist?.name ?? ""} id={therapist?.therapist_id ?? ""} />
        <Heading>{t("booking.times.title", { name: therapist?.name ?? "" })}</Heading>
      </div>
      {offer?.own_therapist ? <p className="lead">{t("booking.times.own")}</p> : null}
      <BookingProblem flow={flow} />
      <ZonePicker zone={zone} onChange={(chosen) => void flow.chooseZone(chosen)} />
      <Week flow={flow} />
    </>
  );
}

function Week({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const { weekFrom, slots, slotsFailed, zone, busy } = useStore(flow.state);
  const [wanted, setWanted] = useState<string>();
  const days = weekOf(weekFrom, slots, zone);
  const shown = dayToShow(days, wanted);
  const day = days.find((each) => each.date === shown);
  return (
    <section className="card" aria-label={t("booking.times.week")}>
      <WeekMoves flow={flow} weekFrom={weekFrom} />
      <div className="week" role="group" aria-label={t("booking.times.days")}>
        {days.map((each) => (
          <DayButton
            key={each.date}
            day={each}
            chosen={each.date === shown}
            onChoose={() => setWanted(each.date)}
          />
        ))}
      </div>
      {busy === "slots" && slots.length === 0 ? <Loading /> : null}
      {slotsFailed ? (
        <p className="empty">
          <Button kind="primary" onClick={() => void flow.reloadSlots()} data-testid="reload-slots">
            {t("common.retry")}
          </Button>
        </p>
      ) : null}
      {busy !== "slots" && !slotsFailed && !day ? (
        <p className="empty">{t("booking.times.none")}</p>
      ) : null}
      {day ? <Times day={day} flow={flow} /> : null}
    </section>
  );
}

function WeekMoves({ flow, weekFrom }: { flow: BookingFlow; weekFrom: string }) {
  const { t } = useTranslation();
  const { zone } = useStore(flow.state);
  const first = weekFrom <= localDate(serverNow(), zone);
  return (
    <div className="week-moves">
      <Button kind="quiet" disabled={first} onClick={() => void flow.moveWeek(-1)}>
        ← {t("booking.times.earlier")}
      </Button>
      <span aria-live="polite">{weekTitle(weekFrom)}</span>
      <Button kind="quiet" onClick={() => void flow.moveWeek(1)} data-testid="next-week">
        {t("booking.times.later")} →
      </Button>
    </div>
  );
}

interface DayButtonProps {
  day: Day;
  chosen: boolean;
  onChoose: () => void;
}

function DayButton({ day, chosen, onChoose }: DayButtonProps) {
  const { t, i18n } = useTranslation();
  const noon = new Date(`${day.date}T12:00:00Z`);
  const weekday = new Intl.DateTimeFormat(i18n.language, { weekday: "short", timeZone: "UTC" });
  const count = day.slots.length;
  return (
    <button
      type="button"
      className="day"
      data-testid="day"
      aria-pressed={chosen}
      disabled={count === 0}
      onClick={onChoose}
    >
      <span className="visually-hidden">
        {t("booking.times.day", { day: dayName(noon.toISOString(), "UTC"), count })}
      </span>
      <span aria-hidden="true" className="day-name">
        {weekday.format(noon)}
      </span>
      <span aria-hidden="true" className="day-number">
        {noon.getUTCDate()}
      </span>
      <span aria-hidden="true" className="day-count">
        {count > 0 ? count : "–"}
      </span>
    </button>
  );
}

function Times({ day, flow }: { day: Day; flow: BookingFlow }) {
  const { t } = useTranslation();
  const { zone, busy } = useStore(flow.state);
  const first = day.slots[0];
  return (
    <>
      <h2 className="times-title">
        {first ? dayName(first.starts_at, zone) : null} <small>{t("booking.times.free")}</small>
      </h2>
      <ul className="times">
        {day.slots.map((slot: Slot) => (
          <li key={slot.starts_at}>
            <button
              type="button"
              className="time"
              data-testid="slot"
              data-starts-at={slot.starts_at}
              aria-disabled={busy === "hold" || undefined}
              onClick={() => void flow.pick(slot)}
            >
              {timeOfDay(slot.starts_at, zone)}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function weekTitle(from: string): string {
  const name = (date: string) => shortDay(`${date}T12:00:00Z`, "UTC");
  return `${name(from)} – ${name(addDays(from, WEEK_DAYS - 1))}`;
}
