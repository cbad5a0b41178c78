/** Why one cannot come in, and what to do: try again, sign in, book again, or begin at the start. */
import type { TFunction } from "i18next";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { type ApiError, asApiError } from "../../shared/api";
import { ErrorScreen } from "../ui/ErrorScreen";
import { Page } from "../ui/Page";
import { WayOut } from "../ui/WayOut";
import { type NextStep, nextStep } from "./refusals";
import type { RoomSession } from "./session";

interface RefusedProps {
  session: RoomSession;
  error: ApiError | null;
}

export function RefusedPage({ session, error }: RefusedProps) {
  const { t } = useTranslation();
  const { code } = asApiError(error);
  const step = nextStep(code, session.kind);
  const retry = () => void session.start();
  useEffect(() => {
    addEventListener("online", retry);
    return () => removeEventListener("online", retry);
  });
  return (
    <Page title={t("room.title")}>
      <ErrorScreen
        error={error}
        onRetry={step.startsWith("retry") ? retry : undefined}
        words={wordsFor(t, code, step)}
        calm={code === "room_ended"}
      >
        <Step step={step} />
      </ErrorScreen>
    </Page>
  );
}

/** Where the code's own words, said to anybody, would mislead this person. */
function wordsFor(t: TFunction, code: string, step: NextStep) {
  if (step === "retry_with_cookies") return withCookies(t);
  if (code !== "room_ended" || step !== "to_today") return undefined;
  return { title: t("ended.title"), next: t("ended.next.therapist") };
}

/** A link's session is never signed in to: it is kept in a cookie, or it is not. */
export function withCookies(t: TFunction): { title: string; next: string } {
  return { title: t("room.refused.cookies.title"), next: t("room.refused.cookies.next") };
}

function Step({ step }: { step: NextStep }) {
  const { t } = useTranslation();
  switch (step) {
    case "retry":
    case "retry_with_cookies":
      return null;
    case "sign_in":
      return (
        <a className="button button-primary" href={`/sign-in?next=${location.pathname}`}>
          {t("room.refused.signIn")}
        </a>
      );
    case "to_today":
      return (
        <a className="button button-primary" href="/therapist">
          {t("room.toToday")}
        </a>
      );
    case "book_again":
    case "find_link":
      return (
        <>
          <p className="notice">{t(`room.refused.${step}`)}</p>
          <WayOut bookAgain={step === "book_again"} />
        </>
      );
  }
}
