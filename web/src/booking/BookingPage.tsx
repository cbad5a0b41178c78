/** The page behind a booking link: one flow, drawn step by step; Back undoes a step, a reload loses none. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Booking } from "../api/types";
import { type ApiError, request } from "../shared/api";
import { serverNow } from "../shared/clock";
import { useFollowing } from "../shared/following";
import { currentLanguage } from "../shared/i18n";
import { useStore } from "../shared/store";
import { visitorZone } from "../shared/time";
import { bookingPage, rememberBookingPage } from "../join/room/memory";
import { nextStep } from "../join/room/refusals";
import { withCookies } from "../join/room/RefusedPage";
import { ErrorScreen } from "../join/ui/ErrorScreen";
import { Loading } from "../join/ui/Loading";
import { Page } from "../join/ui/Page";
import { WayOut } from "../join/ui/WayOut";
import { awaited } from "./answers";
import { byLink, signedIn } from "./asker";
import { Confirmation } from "./Confirmation";
import { DetailsStep } from "./DetailsStep";
import { BookingFlow } from "./flow";
import { Kept } from "./Kept";
import type { SeriesMade } from "./series";
import { SeriesDone } from "./SeriesDone";
import { type BookingState, type LeftOff, type Step, leftOffOf } from "./state";
import { TherapistsStep } from "./TherapistsStep";
import { TimesStep } from "./TimesStep";

/** `token` null: who signed in. */
export function BookingPage({ token }: { token: string | null }) {
  const { t } = useTranslation();
  const [flow] = useState(() => newFlow(token));
  const state = useStore(flow.state);
  useBrowserHistory(flow, state);
  useEffect(() => void flow.start(leftOff()), [flow]);
  const works = state.offer !== null;
  useEffect(() => {
    if (works && token !== null) rememberBookingPage(location.pathname);
  }, [works, token]);

  const title = t("booking.title");
  if (state.fatal) {
    return (
      <Page title={title}>
        <Fatal
          error={state.fatal}
          byLink={token !== null}
          onRetry={() => void flow.start(leftOff())}
        />
      </Page>
    );
  }
  return (
    <Page title={title} wide={state.step === "therapists"}>
      {state.offer && !isDone(state) ? <Kept flow={flow} /> : null}
      <StepView flow={flow} step={state.offer || isDone(state) ? state.step : null} />
    </Page>
  );
}

interface FatalProps {
  error: ApiError;
  byLink: boolean;
  onRetry: () => void;
}

/** The link does not work, or nobody is signed in: now, or never again. */
function Fatal({ error, byLink, onRetry }: FatalProps) {
  const { t } = useTranslation();
  const step = nextStep(error.code, byLink ? "link" : "account");
  const final = !step.startsWith("retry");
  useEffect(() => {
    if (final && bookingPage() === location.pathname) rememberBookingPage(null);
  }, [final]);
  return (
    <ErrorScreen
      error={error}
      onRetry={final ? undefined : onRetry}
      words={step === "retry_with_cookies" ? withCookies(t) : undefined}
    >
      {step === "sign_in" ? (
        <a className="button button-primary" href="/sign-in?next=/book">
          {t("room.refused.signIn")}
        </a>
      ) : null}
      {final && step !== "sign_in" ? <WayOut /> : null}
    </ErrorScreen>
  );
}

function StepView({ flow, step }: { flow: BookingFlow; step: Step | null }) {
  switch (step) {
    case null:
      return <Loading />;
    case "therapists":
      return <TherapistsStep flow={flow} />;
    case "times":
      return <TimesStep flow={flow} />;
    case "details":
      return <DetailsStep flow={flow} />;
    case "done":
      return <Done flow={flow} />;
  }
}

function isDone({ booking, series }: BookingState): boolean {
  return booking !== null || series !== null;
}

/** What is requested is followed until it is answered, also after a reload. */
function Done({ flow }: { flow: BookingFlow }) {
  const state = useStore(flow.state);
  const { booking, series, details } = state;
  useFollowing(awaited(state).length > 0, flow.answers.look);
  if (series) return <SeriesDone series={series} email={details.email} />;
  return booking ? <Confirmation booking={booking} email={details.email} /> : null;
}

function newFlow(token: string | null): BookingFlow {
  return new BookingFlow(token === null ? signedIn(request) : byLink(request, token), {
    now: serverNow,
    zone: visitorZone(),
    language: currentLanguage,
  });
}

interface HistoryEntry {
  step?: Step;
  left?: LeftOff;
  booking?: Booking;
  series?: SeriesMade;
}

const ORDER: Step[] = ["therapists", "times", "details", "done"];

function entryNow(): HistoryEntry {
  return (history.state as HistoryEntry | null) ?? {};
}

function leftOff(): LeftOff | undefined {
  return entryNow().left;
}

/**
 * A history entry per step, so that the browser's Back goes back one and Forward on one; each holds what
 * a reload takes up again.
 */
function useBrowserHistory(flow: BookingFlow, state: BookingState): void {
  useEffect(() => {
    const { booking, series, left } = entryNow();
    const done = booking ? { booking } : series ? { series } : null;
    if (done) flow.showDone(done, left?.details.email ?? "");
    const move = () => go(flow, entryNow());
    addEventListener("popstate", move);
    return () => removeEventListener("popstate", move);
  }, [flow]);

  const {
    step,
    booking,
    series,
    repeat,
    moved,
    therapistId,
    kindId,
    language,
    month,
    picked,
    hold,
    zone,
  } = state;
  useEffect(() => {
    const left = leftOffOf(flow.state.get());
    const known = entryNow().step ?? "therapists";
    const onward = ORDER.indexOf(step) - ORDER.indexOf(known);
    if (step === "done" && booking) history.replaceState({ step, left, booking }, "");
    else if (step === "done" && series) history.replaceState({ step, left, series }, "");
    else if (onward > 0) history.pushState({ step, left }, "");
    else if (onward === 0) history.replaceState({ step, left }, "");
  }, [
    flow,
    step,
    booking,
    series,
    repeat,
    moved,
    therapistId,
    kindId,
    language,
    month,
    picked,
    hold,
    zone,
  ]);
}

/** Back, or Forward, to this entry. What is booked stays on the screen. */
function go(flow: BookingFlow, { step: wanted = "therapists", left }: HistoryEntry): void {
  const { step, booking, series, details } = flow.state.get();
  const onward = ORDER.indexOf(wanted) - ORDER.indexOf(step);
  if (step === "done") {
    const done = { ...left, step, details };
    history.replaceState({ step, ...(series ? { series } : { booking }), left: done }, "");
  } else if (onward < 0) {
    void flow.back();
  } else if (wanted === "times" && left) {
    void flow.takeUp(left);
  } else if (wanted === "details" && left?.picked) {
    void flow.pickAgain(left); // it was given back on the way back
  }
}
