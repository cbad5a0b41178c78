/** After the call: it is over, how long it was, what to do now. Or: it goes on, elsewhere or without us. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RoomSummary } from "../../api/types";
import { Help } from "../../shared/Help";
import { useStore } from "../../shared/store";
import { Button } from "../ui/Button";
import { Heading } from "../ui/Heading";
import { Page } from "../ui/Page";
import type { InsideProps } from "./Inside";
import { bookingPage } from "./memory";
import { peerName } from "./peerName";
import type { RoomSession } from "./session";

export function OverPage(props: InsideProps) {
  const { outcome } = useStore(props.link.state);
  if (outcome?.kind === "replaced") return <ReplacedPage {...props} />;
  if (outcome?.kind === "left") return <LeftPage {...props} />;
  return <EndPage {...props} by={outcome?.kind === "ended" ? outcome.by : null} />;
}

function ReplacedPage({ session }: InsideProps) {
  const { t } = useTranslation();
  return (
    <Page title={t("errors.replaced.title")}>
      <section className="card card-center" data-testid="replaced">
        <Heading>{t("errors.replaced.title")}</Heading>
        <p className="lead">{t("room.replaced.lead")}</p>
        <Button kind="primary" onClick={() => session.takeBack()} data-testid="take-back">
          {t("room.replaced.here")}
        </Button>
      </section>
    </Page>
  );
}

function LeftPage({ session, entry }: InsideProps) {
  const { t } = useTranslation();
  return (
    <Page title={t("room.left.title")}>
      <section className="card card-center" data-testid="left-page">
        <Heading>{t("room.left.title")}</Heading>
        <p className="lead">{t("room.left.lead")}</p>
        <Button kind="primary" onClick={() => void session.start()} data-testid="come-back">
          {t("room.left.back")}
        </Button>
        {entry.role === "therapist" ? (
          <a className="button button-plain" href="/therapist" data-testid="to-today">
            {t("room.toToday")}
          </a>
        ) : (
          <p className="fine">{t("ended.close")}</p>
        )}
      </section>
    </Page>
  );
}

const ENDERS = new Set(["client", "therapist", "staff"]);

function EndPage({ session, entry, by }: InsideProps & { by: string | null }) {
  const { t } = useTranslation();
  const summary = useSummary(entry.room_id, session);
  const ender = summary?.ended_by ?? by ?? "";
  const mine = ender === entry.role;
  const seconds = summary?.duration_s ?? null;
  return (
    <Page title={t("ended.title")}>
      <section className="card card-center" data-testid="end-page">
        <div className="sign sign-good" aria-hidden="true">
          ✓
        </div>
        <Heading>{t("ended.title")}</Heading>
        <p className="lead">
          {mine ? t("ended.byYou") : null}
          {!mine && ENDERS.has(ender)
            ? t(`ended.by.${ender as "staff"}`, { name: peerName(t, entry) })
            : null}
        </p>
        {seconds ? (
          <p className="big-clock" data-testid="duration">
            {t("ended.duration", { minutes: Math.max(1, Math.round(seconds / 60)) })}
          </p>
        ) : null}
        <p>{t(`ended.next.${entry.role}`)}</p>
        {entry.role === "therapist" ? (
          <a className="button button-primary" href="/therapist" data-testid="to-today">
            {t("room.toToday")}
          </a>
        ) : (
          <>
            <NextBooking />
            <Help known />
            <p className="fine">{t("ended.close")}</p>
          </>
        )}
      </section>
    </Page>
  );
}

function NextBooking() {
  const { t } = useTranslation();
  const page = bookingPage();
  if (!page) return null;
  return (
    <a className="button button-primary" href={page} data-testid="book-again">
      {t("ended.bookNext")}
    </a>
  );
}

function useSummary(roomId: string, { ask, kind }: RoomSession): RoomSummary | null {
  const [summary, setSummary] = useState<RoomSummary | null>(null);
  useEffect(() => {
    ask<RoomSummary>("GET", `/rooms/${roomId}/summary`, { session: kind })
      .then(setSummary)
      .catch(() => undefined); // The page says enough without it.
  }, [roomId, ask, kind]);
  return summary;
}
