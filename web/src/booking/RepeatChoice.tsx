/** Whether the session repeats; then every date of it, what cannot be, and what is free near it to take instead. */
import { useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { dateOf } from "../shared/moved";
import { useStore } from "../shared/store";
import { dateAndTime, dayName, timeOfDay } from "../shared/time";
import { Button } from "../join/ui/Button";
import { Loading } from "../join/ui/Loading";
import type { BookingFlow } from "./flow";
import { COUNTS, type Occurrence, WEEKS, freeOf, repeatEvery } from "./series";

export function RepeatChoice({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const { repeat, picked, therapistId, kindId } = useStore(flow.state);
  useEffect(() => void flow.series.look(), [flow, repeat, picked, therapistId, kindId]);
  const rhythm = useId();
  const often = useId();
  return (
    <div className="repeat">
      <div className="repeat-choice">
        <label htmlFor={rhythm}>{t("booking.repeat.label")}</label>
        <select
          id={rhythm}
          data-testid="repeat"
          value={repeat?.weeks ?? 0}
          onChange={(event) => flow.series.choose(repeatEvery(Number(event.target.value), repeat))}
        >
          <option value={0}>{t("booking.repeat.once")}</option>
          {WEEKS.map((weeks) => (
            <option key={weeks} value={weeks}>
              {weeks === 1
                ? t("booking.repeat.weekly")
                : t("booking.repeat.every", { weeks: String(weeks) })}
            </option>
          ))}
        </select>
      </div>
      {repeat ? (
        <>
          <div className="repeat-choice">
            <label htmlFor={often}>{t("booking.repeat.often")}</label>
            <select
              id={often}
              data-testid="repeat-count"
              value={repeat.count}
              onChange={(event) =>
                flow.series.choose({ ...repeat, count: Number(event.target.value) })
              }
            >
              {COUNTS.map((count) => (
                <option key={count} value={count}>
                  {t("booking.repeat.times", { times: String(count) })}
                </option>
              ))}
            </select>
          </div>
          <Outlook flow={flow} />
        </>
      ) : null}
    </div>
  );
}

function Outlook({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const { outlook, problem, zone } = useStore(flow.state);
  if (!outlook && problem) {
    return <Button onClick={() => void flow.lookAgain()}>{t("common.retry")}</Button>;
  }
  if (!outlook) return <Loading />;
  const free = freeOf(outlook).length;
  return (
    <>
      {free < outlook.length ? (
        <p className="notice notice-warm" role="status" data-testid="series-conflicts">
          {t(free > 0 ? "booking.repeat.some" : "booking.repeat.none")}
        </p>
      ) : null}
      <ol className="occurrences" aria-label={t("booking.repeat.dates")}>
        {outlook.map((one) => (
          <Line key={dateOf(one)} flow={flow} one={one} zone={zone} />
        ))}
      </ol>
    </>
  );
}

interface LineProps {
  flow: BookingFlow;
  one: Occurrence;
  zone: string;
}

/** Takes the focus when its time was changed: what was pressed for that is gone, and the new time is said. */
function Line({ flow, one, zone }: LineProps) {
  const { t } = useTranslation();
  const line = useRef<HTMLLIElement>(null);
  const when = dateAndTime(dateOf(one), zone);
  const move = async (startsAt: string | null) => {
    line.current?.focus({ preventScroll: true }); // before the answer: who goes on meanwhile is not called back
    await flow.series.move(one, startsAt);
  };
  return (
    <li ref={line} tabIndex={-1} data-testid="occurrence" data-why={one.why ?? ""}>
      <span>
        {dateAndTime(one.starts_at, zone)}–{timeOfDay(one.ends_at, zone)}
      </span>
      <strong>{t(`booking.repeat.why.${one.why ?? "free"}`)}</strong>
      {one.instead_of ? (
        <div className="moved">
          <small>{t("booking.repeat.insteadOf", { when })}</small>
          <Button kind="quiet" data-testid="take-back" onClick={() => void move(null)}>
            {t("booking.repeat.takeBack")}
            <span className="visually-hidden">: {when}</span>
          </Button>
        </div>
      ) : null}
      {one.alternatives.length > 0 ? (
        <div className="nearby">
          <small>{t("booking.repeat.near")}</small>
          <ul className="alternatives" aria-label={t("booking.repeat.nearOf", { when })}>
            {one.alternatives.map((each) => (
              <li key={each.starts_at}>
                <button
                  type="button"
                  className="time"
                  data-testid="take-instead"
                  data-starts-at={each.starts_at}
                  onClick={() => void move(each.starts_at)}
                >
                  {dayName(each.starts_at, zone)} {timeOfDay(each.starts_at, zone)}
                </button>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </li>
  );
}
