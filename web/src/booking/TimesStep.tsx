/** Step 2: a month of days, and the free times of one of them: a therapist's, or anybody's. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../shared/clock";
import { clockTimes, monthOf } from "../shared/month/month";
import { MonthPicker } from "../shared/month/MonthPicker";
import { nameOf } from "../shared/named";
import { useStore } from "../shared/store";
import { dayName, localDate, timeOfDay } from "../shared/time";
import { Button } from "../join/ui/Button";
import { Heading } from "../join/ui/Heading";
import { Loading } from "../join/ui/Loading";
import { Portrait } from "../join/ui/Portrait";
import { BookingProblem } from "./BookingProblem";
import { KindChoice, LanguageChoice, RequestNote } from "./Choices";
import type { BookingFlow } from "./flow";
import type { Free } from "./lookup";
import { ModeSwitch } from "./ModeSwitch";
import { NoPlace } from "./NoPlace";
import { hasChoice, isCover } from "./state";
import { WhoDialog } from "./WhoDialog";
import { ZonePicker } from "./ZonePicker";

export function TimesStep({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const { zone, by } = useStore(flow.state);
  return (
    <>
      {by === "time" ? <AnybodysHead flow={flow} /> : <TherapistsHead flow={flow} />}
      <BookingProblem flow={flow} />
      <ZonePicker zone={zone} onChange={(chosen) => void flow.chooseZone(chosen)} />
      {by === "time" ? <LanguageChoice flow={flow} /> : <KindChoice flow={flow} />}
      {by === "time" ? null : <RequestNote flow={flow} />}
      <section className="card" aria-label={t("booking.times.month")}>
        <Month flow={flow} />
      </section>
    </>
  );
}

function AnybodysHead({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  return (
    <>
      <Heading>{t("booking.times.anybodys")}</Heading>
      <ModeSwitch flow={flow} />
    </>
  );
}

function TherapistsHead({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const state = useStore(flow.state);
  const therapist = flow.therapist;
  return (
    <>
      {hasChoice(state) ? (
        <Button kind="quiet" className="back" onClick={() => history.back()}>
          ← {t(state.offer?.own_therapist ? "booking.times.both" : "booking.times.others")}
        </Button>
      ) : null}
      <div className="times-head">
        <Portrait name={nameOf(therapist)} id={therapist?.therapist_id ?? ""} />
        <Heading>{t("booking.times.title", { name: nameOf(therapist) })}</Heading>
      </div>
      {state.offer?.own_therapist ? (
        <p className="lead">
          {t(isCover(state, state.therapistId) ? "booking.times.cover" : "booking.times.own")}
        </p>
      ) : null}
    </>
  );
}

function Month({ flow }: { flow: BookingFlow }) {
  const { month, zone, free } = useStore(flow.state);
  return (
    <MonthPicker
      month={month}
      zone={zone}
      today={localDate(serverNow(), zone)}
      starting={free}
      onMonth={(wanted) => void flow.showMonth(wanted)}
      empty={<NothingShown flow={flow} />}
    >
      {(those) => <Times flow={flow} free={those} />}
    </MonthPicker>
  );
}

function NothingShown({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const { busy, slotsFailed, nextFreeAt, zone, by } = useStore(flow.state);
  if (busy === "slots") return <Loading />;
  if (slotsFailed) {
    return (
      <p className="empty">
        <Button kind="primary" onClick={() => void flow.reloadSlots()} data-testid="reload-slots">
          {t("common.retry")}
        </Button>
      </p>
    );
  }
  if (nextFreeAt === null) {
    const reason = by === "time" ? "times" : "them";
    return <NoPlace flow={flow} reason={reason} onRetry={() => void flow.reloadSlots()} />;
  }
  const when = { day: dayName(nextFreeAt, zone), time: timeOfDay(nextFreeAt, zone) };
  return (
    <div className="empty" data-testid="empty-month">
      <p>{t("booking.times.none")}</p>
      <Button
        kind="primary"
        data-testid="next-free"
        onClick={() => void flow.showMonth(monthOf(nextFreeAt, zone))}
      >
        {t("booking.times.nextFree", when)}
      </Button>
    </div>
  );
}

function Times({ flow, free }: { flow: BookingFlow; free: readonly Free[] }) {
  const { t } = useTranslation();
  const { zone, busy } = useStore(flow.state);
  const [asking, setAsking] = useState<Free | null>(null);
  const clock = clockTimes(free, zone);
  const choose = (one: Free) => {
    const [only, ...others] = one.therapist_ids;
    if (only !== undefined && others.length === 0) void flow.pick(one, only);
    else setAsking(one);
  };
  return (
    <>
      <p className="times-lead">{t("booking.times.choose")}</p>
      <ul className="times">
        {free.map((one, at) => (
          <li key={one.starts_at}>
            <button
              type="button"
              className="time"
              data-testid="slot"
              data-starts-at={one.starts_at}
              aria-disabled={busy === "hold" || undefined}
              onClick={() => choose(one)}
            >
              {clock[at]}
              <WhoIsFree flow={flow} free={one} />
            </button>
          </li>
        ))}
      </ul>
      <WhoDialog flow={flow} free={asking} onClose={() => setAsking(null)} />
    </>
  );
}

/** By time: with whom, or of how many one can choose. */
function WhoIsFree({ flow, free }: { flow: BookingFlow; free: Free }) {
  const { t } = useTranslation();
  const { by } = useStore(flow.state);
  if (by === "therapist") return null;
  const [only = null, ...others] = free.therapist_ids;
  const count = others.length + 1;
  return (
    <small>{count > 1 ? t("booking.times.who", { count }) : nameOf(flow.therapistOf(only))}</small>
  );
}
