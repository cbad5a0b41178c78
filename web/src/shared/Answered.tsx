/** Says on the page, to eyes and screen readers alike, that a request has been answered while it was looked at. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Standing, answerOf, isAwaited } from "./answer";

/** Stands on the page before there are words in it, so that these are said. */
export function Answered({ of }: { of: Standing }) {
  const { t } = useTranslation();
  const [waited, setWaited] = useState(isAwaited(of));
  if (isAwaited(of) && !waited) setWaited(true);
  const answer = waited ? answerOf(of) : null;
  return (
    <div role="status" data-testid="answered">
      {answer ? (
        <p className={`notice ${answer === "taken" ? "notice-good" : "notice-warm"}`}>
          {t(`answered.${answer}`)}
        </p>
      ) : null}
    </div>
  );
}
