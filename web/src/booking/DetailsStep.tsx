/** Step 3: the time is kept for a few minutes while name and mail are typed. */
import { useEffect, useRef, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Slot } from "../api/types";
import { nameOf } from "../shared/named";
import { useStore } from "../shared/store";
import { countdown, dateAndTime, timeOfDay, zoneLabel } from "../shared/time";
import { Button } from "../join/ui/Button";
import { Heading } from "../join/ui/Heading";
import { useCountdown } from "../join/ui/useCountdown";
import { BookingProblem } from "./BookingProblem";
import { RequestNote } from "./Choices";
import type { BookingFlow } from "./flow";
import { NameAndMail } from "./NameAndMail";
import { inOwnLanguage } from "./names";
import { RepeatChoice } from "./RepeatChoice";
import { freeOf } from "./series";
import { kindOf } from "./state";

export function DetailsStep({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const state = useStore(flow.state);
  const { picked, zone } = state;
  if (!picked) return null;
  const kinds = flow.therapist?.kinds ?? [];
  return (
    <>
      <Button kind="quiet" className="back" onClick={() => history.back()}>
        ← {t("booking.details.otherTime")}
      </Button>
      <Heading>{t(state.known ? "booking.details.check" : "booking.details.title")}</Heading>
      <section className="card summary" aria-label={t("booking.details.chosen")}>
        <p className="summary-time">
          {dateAndTime(picked.starts_at, zone)}–{timeOfDay(picked.ends_at, zone)}
        </p>
        <p className="soft">
          {t("booking.with", { name: nameOf(flow.therapist) })} ·{" "}
          {zoneLabel(zone, new Date(picked.starts_at))}
        </p>
        {kinds.length > 1 ? (
          <p className="soft" data-testid="picked-kind">
            {inOwnLanguage(kindOf(state)?.name ?? {})}
          </p>
        ) : null}
        <HoldClock flow={flow} picked={picked} />
      </section>
      <RequestNote flow={flow} />
      <BookingProblem flow={flow} />
      <DetailsForm flow={flow} />
    </>
  );
}

function HoldClock({ flow, picked }: { flow: BookingFlow; picked: Slot }) {
  const { t } = useTranslation();
  const { hold, holdOver, busy } = useStore(flow.state);
  const left = useCountdown(hold?.expires_at, () => flow.holdExpired());
  if (holdOver) {
    return (
      <div className="notice notice-warm" role="alert" data-testid="hold-over">
        <strong>{t("errors.hold_expired.title")}</strong>
        <p>{t("booking.details.holdOverNext")}</p>
        <Button busy={busy === "hold"} onClick={() => void flow.pick(picked)}>
          {t("booking.details.keepAgain")}
        </Button>
      </div>
    );
  }
  if (!hold) return null;
  return (
    <p className="hold" data-testid="hold">
      {t("booking.details.kept")} <strong role="timer">{countdown(left)}</strong>
    </p>
  );
}

function DetailsForm({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const state = useStore(flow.state);
  const { details, fieldProblems } = state;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus();
  }, [fieldProblems]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void flow.confirm();
  };
  return (
    <form ref={form} className="card form" noValidate onSubmit={submit}>
      {state.known ? (
        <p>{t("booking.details.known", { name: details.name })}</p>
      ) : (
        <Fields flow={flow} />
      )}
      <RepeatChoice flow={flow} />
      <ConfirmButton flow={flow} />
    </form>
  );
}

/** Says how much is booked. Nothing to press until the dates of a series have been looked at. */
function ConfirmButton({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const state = useStore(flow.state);
  const { busy, repeat, outlook, isLooking } = state;
  const asks = kindOf(state)?.approval;
  const free = freeOf(outlook ?? []).length;
  if (repeat && free === 0) return null;
  const whole = free === outlook?.length;
  const times = String(free);
  const words = !repeat
    ? t(asks ? "booking.details.request" : "booking.details.confirm")
    : asks
      ? t("booking.repeat.request", { times })
      : t(whole ? "booking.repeat.bookAll" : "booking.repeat.bookSome", { times });
  return (
    <Button
      kind="primary"
      type="submit"
      busy={busy === "booking" || isLooking}
      data-testid="confirm"
    >
      {words}
    </Button>
  );
}

function Fields({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const asks = kindOf(useStore(flow.state))?.approval;
  return (
    <>
      <NameAndMail
        flow={flow}
        hint={t(asks ? "booking.details.requestHint" : "booking.details.emailHint")}
      />
      <p className="fine">{t("booking.details.privacy")}</p>
    </>
  );
}
