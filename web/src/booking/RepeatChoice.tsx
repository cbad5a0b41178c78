/** Whether the session repeats; then every date of it, what cannot be, and what is free near it. */
import { useEffect, useId } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "../shared/store";
import { dateAndTime, timeOfDay } from "../shared/time";
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
          <Line key={one.starts_at} one={one} zone={zone} />
        ))}
      </ol>
    </>
  );
}

function Line({ one, zone }: { one: Occurrence; zone: string }) {
  const { t } = useTranslation();
  const times = one.alternatives.map((each) => dateAndTime(each.starts_at, zone)).join(" / ");
  return (
    <li data-testid="occurrence" data-why={one.why ?? ""}>
      <span>
        {dateAndTime(one.starts_at, zone)}–{timeOfDay(one.ends_at, zone)}
      </span>
      <strong>{t(`booking.repeat.why.${one.why ?? "free"}`)}</strong>
      {times ? <small>{t("booking.repeat.near", { times })}</small> : null}
    </li>
  );
}
