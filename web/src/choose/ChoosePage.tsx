/** The page on which a client decides about who they see, reached by the link of a mail. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ClientCare } from "../api/types";
import { request } from "../shared/api";
import { nameOf } from "../shared/named";
import { useStore } from "../shared/store";
import { dateAndTime, visitorZone } from "../shared/time";
import { Button } from "../join/ui/Button";
import { ErrorNotice, ErrorScreen } from "../join/ui/ErrorScreen";
import { Heading } from "../join/ui/Heading";
import { Loading } from "../join/ui/Loading";
import { Page } from "../join/ui/Page";
import { Ending } from "./Ending";
import { ChooseFlow, type Done } from "./flow";
import { HandoverCard } from "./Handover";
import { LeaveCard } from "./Leave";

export function ChoosePage({ token }: { token: string }) {
  const { t } = useTranslation();
  const [flow] = useState(() => new ChooseFlow(token, request));
  const { fatal, care } = useStore(flow.state);
  useEffect(() => void flow.start(), [flow]);
  return (
    <Page title={t("choose.title")}>
      {fatal ? <ErrorScreen error={fatal} onRetry={() => void flow.start()} /> : null}
      {!fatal && !care ? <Loading /> : null}
      {!fatal && care ? <Everything flow={flow} care={care} /> : null}
    </Page>
  );
}

function Everything({ flow, care }: { flow: ChooseFlow; care: ClientCare }) {
  const { t } = useTranslation();
  const { problem, done } = useStore(flow.state);
  return (
    <div className="choose" data-testid="choose">
      <Heading>{t("choose.heading")}</Heading>
      {done ? <Told key={done} done={done} /> : null}
      {problem ? <ErrorNotice error={problem} /> : null}
      {care.handovers.map((each) => (
        <HandoverCard key={each.handover_id} flow={flow} care={care} handover={each} />
      ))}
      {care.choices.map((each) => (
        <LeaveCard key={each.choice_id} flow={flow} care={care} asked={each} />
      ))}
      <OfferCard flow={flow} care={care} />
      <WaitCard flow={flow} care={care} />
      {care.care ? <Ending flow={flow} care={care} /> : null}
      {!care.care && !care.wait && !care.offer ? <Nothing flow={flow} /> : null}
    </div>
  );
}

/** What was pressed may be far below, or gone: the focus comes here, and the page with it. */
function Told({ done }: { done: Exclude<Done, ""> }) {
  const { t } = useTranslation();
  const here = useRef<HTMLDivElement>(null);
  useEffect(() => here.current?.focus(), []);
  return (
    <div className="notice notice-good" role="status" tabIndex={-1} ref={here} data-testid="done">
      <p>{t(`choose.done.${done}`)}</p>
    </div>
  );
}

function OfferCard({ flow, care }: { flow: ChooseFlow; care: ClientCare }) {
  const { t } = useTranslation();
  const { busy } = useStore(flow.state);
  const offer = care.offer;
  if (!offer || offer.kind !== "place") return null;
  const until = dateAndTime(offer.expires_at, visitorZone());
  return (
    <section className="card" data-testid="offer">
      <h2>{t("choose.offer.title", { name: nameOf(offer.therapist) })}</h2>
      <p>{t("choose.offer.until", { until })}</p>
      <div className="actions">
        <a className="button button-primary" href={flow.bookingAddress}>
          {t("choose.offer.take")}
        </a>
        <Button busy={busy !== ""} onClick={() => void flow.declineOffer(offer.offer_id)}>
          {t("choose.offer.decline")}
        </Button>
      </div>
    </section>
  );
}

function WaitCard({ flow, care }: { flow: ChooseFlow; care: ClientCare }) {
  const { t } = useTranslation();
  const { busy } = useStore(flow.state);
  const wait = care.wait;
  if (!wait || care.offer?.kind === "place") return null;
  const asking = care.offer?.kind === "request";
  const ahead = wait.ahead as "next" | "few" | "some" | "many";
  return (
    <section className="card" data-testid="waiting">
      <h2>{t("choose.wait.title")}</h2>
      <p>
        {asking
          ? t("choose.wait.asking")
          : wait.therapist
            ? t("choose.wait.for", { name: nameOf(wait.therapist) })
            : t("choose.wait.anybody")}
      </p>
      {asking ? null : <p className="soft">{t(`choose.wait.ahead.${ahead}`)}</p>}
      <p className="fine">{t("choose.wait.mail")}</p>
      <div className="actions">
        <Button
          busy={busy !== ""}
          onClick={() => void flow.stopWaiting()}
          data-testid="stop-waiting"
        >
          {t("choose.wait.stop")}
        </Button>
      </div>
    </section>
  );
}

function Nothing({ flow }: { flow: ChooseFlow }) {
  const { t } = useTranslation();
  return (
    <section className="card card-center" data-testid="nothing">
      <p className="lead">{t("choose.nothing")}</p>
      <a className="button button-primary" href={flow.bookingAddress}>
        {t("choose.book")}
      </a>
    </section>
  );
}
