/** The page on which a client changes or cancels a booking, reached by one click from the mail. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Booking } from "../api/types";
import { Answered } from "../shared/Answered";
import { type ApiError, request } from "../shared/api";
import { serverNow } from "../shared/clock";
import { useFollowing } from "../shared/following";
import { Help } from "../shared/Help";
import { useStore } from "../shared/store";
import { dateAndTime, visitorZone, zoneLabel, zonesOf } from "../shared/time";
import { nextStep } from "../join/room/refusals";
import { Button } from "../join/ui/Button";
import { ErrorNotice, ErrorScreen } from "../join/ui/ErrorScreen";
import { Heading } from "../join/ui/Heading";
import { Loading } from "../join/ui/Loading";
import { Page } from "../join/ui/Page";
import { WayOut } from "../join/ui/WayOut";
import { Cancelling } from "./Cancelling";
import { Facts } from "./Facts";
import { ChangeFlow } from "./flow";
import { Sure, Times } from "./Times";

export function ChangePage({ token }: { token: string }) {
  const { t } = useTranslation();
  const [flow] = useState(
    () => new ChangeFlow(token, { ask: request, now: serverNow, zone: visitorZone() }),
  );
  const state = useStore(flow.state);
  const wanted = new URLSearchParams(location.search).get("do");
  useEffect(() => void flow.start(wanted), [flow, wanted]);
  useFollowing(flow.awaits, flow.look);
  if (state.fatal) {
    return (
      <Page title={t("change.title")}>
        <ErrorScreen
          error={state.fatal}
          onRetry={mayHelp(state.fatal) ? () => void flow.start(wanted) : undefined}
        >
          <WayOut bookAgain />
        </ErrorScreen>
      </Page>
    );
  }
  return (
    <Page title={t("change.title")}>
      {state.booking ? (
        <>
          <Answered of={state.booking} />
          <View flow={flow} booking={state.booking} />
        </>
      ) : (
        <Loading />
      )}
    </Page>
  );
}

/** Whether asking again can change anything: not for a link that does not exist or is over. */
function mayHelp(error: ApiError): boolean {
  return nextStep(error.code, "link").startsWith("retry");
}

function View({ flow, booking }: { flow: ChangeFlow; booking: Booking }) {
  const { view } = useStore(flow.state);
  switch (view) {
    case "booking":
      return <Overview flow={flow} booking={booking} />;
    case "times":
      return <Times flow={flow} booking={booking} />;
    case "sure":
      return <Sure flow={flow} booking={booking} />;
    case "cancelling":
      return <Cancelling flow={flow} booking={booking} />;
    case "moved":
      return <Moved booking={booking} />;
    case "gone":
      return <Gone booking={booking} />;
  }
}

const STATUSES = ["confirmed", "requested", "cancelled", "fulfilled", "noshow"] as const;

function Overview({ flow, booking }: { flow: ChangeFlow; booking: Booking }) {
  const { t } = useTranslation();
  const { problem, busy } = useStore(flow.state);
  const status = STATUSES.find((each) => each === booking.status) ?? "confirmed";
  const isAhead = status === "confirmed" || status === "requested";
  return (
    <section className="card card-center" data-testid="booking" data-status={booking.status}>
      <Heading>{t("change.heading")}</Heading>
      <p className="lead">
        {booking.approve_until
          ? t("change.asked", { until: untilIn(booking.timezone, booking.approve_until) })
          : t(`change.status.${status}`)}
      </p>
      {booking.reason ? (
        <p data-testid="reason">{t("change.because", { reason: booking.reason })}</p>
      ) : null}
      {problem ? <ErrorNotice error={problem} /> : null}
      <Facts booking={booking} />
      {flow.changeable && booking.change_until ? (
        <>
          <div className="actions">
            <Button
              kind="primary"
              busy={busy === "slots"}
              onClick={() => void flow.chooseTime()}
              data-testid="change"
            >
              {t("change.move")}
            </Button>
            <Button onClick={() => flow.show("cancelling")} data-testid="cancel">
              {t("change.cancel")}
            </Button>
          </div>
          <p className="fine">
            {t("change.until", { until: untilIn(booking.timezone, booking.change_until) })}
          </p>
        </>
      ) : null}
      {flow.missed ? (
        <div className="actions">
          <Button
            kind="primary"
            busy={busy === "slots"}
            onClick={() => void flow.chooseTime()}
            data-testid="again"
          >
            {t("change.again")}
          </Button>
        </div>
      ) : null}
      {isAhead && !flow.changeable ? (
        <>
          <p data-testid="too-late">{t("change.tooLate")}</p>
          <Help />
        </>
      ) : null}
      {status === "confirmed" && booking.join_url ? (
        <p>
          <a href={booking.join_url}>{t("change.enter")}</a>
        </p>
      ) : null}
      {isAhead || flow.missed ? null : <WayOut bookAgain />}
    </section>
  );
}

/** With its zone where this device's clock shows another time. */
function untilIn(zone: string, at: string): string {
  const label = zonesOf(zone, at).length > 1 ? ` ${zoneLabel(zone, new Date(at))}` : "";
  return dateAndTime(at, zone) + label;
}

function Moved({ booking }: { booking: Booking }) {
  const { t } = useTranslation();
  const waits = booking.status === "requested";
  return (
    <section className="card card-center" data-testid="moved">
      <div className="sign sign-good" aria-hidden="true">
        ✓
      </div>
      <Heading>{t("change.moved.title")}</Heading>
      <p className="lead">{waits ? t("change.moved.requested") : t("change.moved.mail")}</p>
      <Facts booking={booking} />
      <div className="actions">
        {waits || !booking.calendar_url ? null : (
          <a className="button button-primary" href={booking.calendar_url} download>
            {t("change.moved.calendar")}
          </a>
        )}
        {!waits && booking.join_url ? (
          <a className="button button-plain" href={booking.join_url}>
            {t("change.enter")}
          </a>
        ) : null}
      </div>
    </section>
  );
}

function Gone({ booking }: { booking: Booking }) {
  const { t } = useTranslation();
  return (
    <section className="card card-center" data-testid="gone">
      <div className="sign sign-good" aria-hidden="true">
        ✓
      </div>
      <Heading>{t("change.gone.title")}</Heading>
      <p className="lead">{t("change.gone.mail")}</p>
      <Facts booking={booking} />
      <p>{t("change.gone.again")}</p>
      <WayOut bookAgain />
    </section>
  );
}
