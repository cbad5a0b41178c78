/** A month of days, those with free times marked; the times of one of them; and the question before the move. */
import { useTranslation } from "react-i18next";
import type { Booking, Slot } from "../api/types";
import { serverNow } from "../shared/clock";
import { useStore } from "../shared/store";
import { clockTimes } from "../shared/month/month";
import { MonthPicker } from "../shared/month/MonthPicker";
import { localDate } from "../shared/time";
import { ZonePicker } from "../booking/ZonePicker";
import { Button } from "../join/ui/Button";
import { ErrorNotice } from "../join/ui/ErrorScreen";
import { Heading } from "../join/ui/Heading";
import { Loading } from "../join/ui/Loading";
import { When } from "../join/ui/When";
import { Facts } from "./Facts";
import type { ChangeFlow } from "./flow";
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
      <section aria-labelledby="now">
        <h2 id="now">{t("change.times.now")}</h2>
        <Facts booking={booking} />
      </section>
      {problem ? <ErrorNotice error={problem} /> : null}
      <ZonePicker zone={zone} onChange={(chosen) => void flow.chooseZone(chosen)} />
      <Month flow={flow} />
    </>
  );
}

function Month({ flow }: { flow: ChangeFlow }) {
  const { t } = useTranslation();
  const { month, slots, zone, busy } = useStore(flow.state);
  return (
    <section className="card" aria-label={t("change.times.month")}>
      <MonthPicker
        month={month}
        zone={zone}
        today={localDate(serverNow(), zone)}
        starting={slots}
        onMonth={(wanted) => void flow.showMonth(wanted)}
        empty={busy === "slots" ? <Loading /> : <NothingFree flow={flow} />}
      >
        {(those) => <Day flow={flow} slots={those} />}
      </MonthPicker>
    </section>
  );
}

function NothingFree({ flow }: { flow: ChangeFlow }) {
  const { t } = useTranslation();
  return (
    <div className="empty">
      <p>{t("change.times.none")}</p>
      <Button onClick={() => void flow.findFree()}>{t("change.times.nextFree")}</Button>
    </div>
  );
}

function Day({ flow, slots }: { flow: ChangeFlow; slots: readonly Slot[] }) {
  const { zone } = useStore(flow.state);
  const clock = clockTimes(slots, zone);
  return (
    <ul className="times">
      {slots.map((slot, at) => (
        <li key={slot.starts_at}>
          <button
            type="button"
            className="time"
            data-testid="slot"
            data-starts-at={slot.starts_at}
            onClick={() => flow.pick(slot)}
          >
            {clock[at]}
          </button>
        </li>
      ))}
    </ul>
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
        <dd>
          <When startsAt={booking.starts_at} endsAt={booking.ends_at} zone={zone} />
        </dd>
        <dt>{t("change.times.to")}</dt>
        <dd>
          {picked ? <When startsAt={picked.starts_at} endsAt={picked.ends_at} zone={zone} /> : null}
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
