/** Why one cannot come in, and what to do: wait and retry, sign in, or book again. */
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { type ApiError, asApiError } from "../../shared/api";
import { ErrorScreen } from "../ui/ErrorScreen";
import { Page } from "../ui/Page";
import type { RoomSession } from "./session";

/** Trying again cannot change these. */
const FINAL = new Set([
  "session_over",
  "room_ended",
  "booking_cancelled",
  "link_unknown",
  "link_expired",
  "link_revoked",
  "not_found",
  "room_unknown",
  "denied",
]);

interface RefusedProps {
  session: RoomSession;
  error: ApiError | null;
}

export function RefusedPage({ session, error }: RefusedProps) {
  const { t } = useTranslation();
  const code = asApiError(error).code;
  const retry = () => void session.start();
  useEffect(() => {
    addEventListener("online", retry);
    return () => removeEventListener("online", retry);
  });
  const therapist = session.kind === "account";
  return (
    <Page title={t("room.title")}>
      <ErrorScreen error={error} onRetry={FINAL.has(code) || signIn(code) ? undefined : retry}>
        {signIn(code) && therapist ? (
          <a className="button button-primary" href={`/sign-in?next=${location.pathname}`}>
            {t("room.refused.signIn")}
          </a>
        ) : null}
        {FINAL.has(code) && !therapist ? <p className="notice">{t("room.refused.help")}</p> : null}
        {FINAL.has(code) && therapist ? (
          <a className="button button-primary" href="/therapist">
            {t("room.toToday")}
          </a>
        ) : null}
      </ErrorScreen>
    </Page>
  );
}

function signIn(code: string): boolean {
  return code === "unauthenticated";
}
