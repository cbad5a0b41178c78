/** Nobody has a place, or nothing is free at all. What can be done then stands here, and nowhere else. */
import { useTranslation } from "react-i18next";
import { Button } from "../join/ui/Button";
import { Help } from "../shared/Help";
import type { BookingFlow } from "./flow";
import { Waiting } from "./Waiting";

interface NoPlaceProps {
  flow: BookingFlow;
  /** `nobody` takes new clients; or there is nothing free with `them`, or with anybody: `times`. */
  reason: "nobody" | "them" | "times";
  onRetry: () => void;
}

export function NoPlace({ flow, reason, onRetry }: NoPlaceProps) {
  const { t } = useTranslation();
  return (
    <div className="card card-center no-place" data-testid="no-place" data-reason={reason}>
      <h2>{t(`booking.noPlace.${reason}`)}</h2>
      <p>{t("booking.noPlace.next")}</p>
      <Help />
      <Button onClick={onRetry}>{t("booking.noPlace.lookAgain")}</Button>
      {reason === "nobody" ? <Waiting flow={flow} /> : null}
    </div>
  );
}
