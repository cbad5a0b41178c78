/** The page behind a booking link: one flow, drawn step by step; Back undoes a step. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Booking } from "../../api/types";
import { type ApiError, request } from "../../shared/api";
import { serverNow } from "../../shared/clock";
import { currentLanguage } from "../../shared/i18n";
import { useStore } from "../../shared/store";
import { visitorZone } from "../../shared/time";
import { bookingPage, rememberBookingPage } from "../room/memory";
import { nextStep } from "../room/refusals";
import { withCookies } from "../room/RefusedPage";
import { ErrorScreen } from "../ui/ErrorScreen";
import { Loading } from "../ui/Loading";
import { Page } from "../ui/Page";
import { WayOut } from "../ui/WayOut";
import { Confirmation } from "./Confirmation";
import { DetailsStep } from "./DetailsStep";
import { BookingFlow, type Step } from "./flow";
import { TherapistsStep } from "./TherapistsStep";
import { TimesStep } from "./TimesStep";

export function BookingPage({ token }: { token: string }) {
  const { t } = useTranslation();
  const [flow] = useState(() => newFlow(token));
  const state = useStore(flow.state);
  useBrowserHistory(flow, state.step, state.booking);
  useEffect(() => void flow.start(), [flow]);
  const works = state.offer !== null;
  useEffect(() => {
    if (works) rememberBookingPage(location.pathname);
  }, [works]);

  const title = t("booking.title");
  if (state.fatal) {
    return (
      <Page title={title}>
        <Fatal error={state.fatal} onRetry={() => void flow.start()} />
      </Page>
    );
  }
  return (
    <Page title={title} wide={state.step === "therapists"}>
      <StepView flow={flow} step={state.offer || state.booking ? state.step : null} />
    </Page>
  );
}

/** The link does not work: now, or never again. */
function Fatal({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  const { t } = useTranslation();
  const step = nextStep(error.code, "link");
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
      {final ? <WayOut /> : null}
    </ErrorScreen>
  );
}

function StepView({ flow, step }: { flow: BookingFlow; step: Step | null }) {
  const state = useStore(flow.state);
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
      return state.booking ? <Confirmation booking={state.booking} /> : null;
  }
}

function newFlow(token: string): BookingFlow {
  return new BookingFlow(token, {
    ask: request,
    now: serverNow,
    zone: visitorZone(),
    language: currentLanguage,
  });
}

interface HistoryEntry {
  step?: Step;
  booking?: Booking;
}

const ORDER: Step[] = ["therapists", "times", "details", "done"];

/** A history entry per step, so that the browser's Back goes back one; reload keeps a confirmation. */
function useBrowserHistory(flow: BookingFlow, step: Step, booking: Booking | null): void {
  useEffect(() => {
    const kept = (history.state as HistoryEntry | null)?.booking;
    if (kept) flow.showDone(kept);
    const goBack = (event: PopStateEvent) => {
      const wanted = (event.state as HistoryEntry | null)?.step ?? "therapists";
      const now = flow.state.get().step;
      if (now !== "done" && ORDER.indexOf(wanted) < ORDER.indexOf(now)) void flow.back();
    };
    addEventListener("popstate", goBack);
    return () => removeEventListener("popstate", goBack);
  }, [flow]);

  useEffect(() => {
    const known = (history.state as HistoryEntry | null)?.step ?? "therapists";
    if (step === "done" && booking) history.replaceState({ step, booking }, "");
    else if (ORDER.indexOf(step) > ORDER.indexOf(known)) history.pushState({ step }, "");
  }, [step, booking]);
}
