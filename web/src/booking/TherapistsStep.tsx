/** Step 1: the therapists who have a place for this visitor. */
import { useTranslation } from "react-i18next";
import type { Therapist } from "../api/types";
import { useStore } from "../shared/store";
import { dayName, timeOfDay } from "../shared/time";
import { Button } from "../join/ui/Button";
import { ErrorNotice } from "../join/ui/ErrorScreen";
import { Heading } from "../join/ui/Heading";
import type { BookingFlow } from "./flow";
import { inOwnLanguage, languageNames, licenceName } from "./names";
import { Portrait } from "../join/ui/Portrait";
import { ZonePicker } from "./ZonePicker";

export function TherapistsStep({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const { offer, zone, problem } = useStore(flow.state);
  const therapists = offer?.therapists ?? [];
  return (
    <>
      <Heading>{t("booking.therapists.title")}</Heading>
      <p className="lead">
        {t("booking.therapists.lead", { minutes: offer?.session_minutes ?? 0 })}
      </p>
      {problem ? <ErrorNotice error={problem} /> : null}
      <ZonePicker zone={zone} onChange={(chosen) => void flow.chooseZone(chosen)} />
      {therapists.length > 0 ? (
        <ul className="therapists">
          {therapists.map((therapist) => (
            <li key={therapist.therapist_id}>
              <TherapistCard
                therapist={therapist}
                zone={zone}
                onChoose={() => void flow.chooseTherapist(therapist.therapist_id)}
              />
            </li>
          ))}
        </ul>
      ) : (
        <NobodyFree onRetry={() => void flow.start()} />
      )}
      <p className="fine">{t("booking.returning")}</p>
    </>
  );
}

interface CardProps {
  therapist: Therapist;
  zone: string;
  onChoose: () => void;
}

function TherapistCard({ therapist, zone, onChoose }: CardProps) {
  const { t } = useTranslation();
  const next = therapist.next_free_at;
  const headline = inOwnLanguage(therapist.headline);
  return (
    <button
      type="button"
      className="card therapist-card"
      data-testid="booking-therapist"
      data-therapist={therapist.therapist_id}
      onClick={onChoose}
    >
      <Portrait name={therapist.name} id={therapist.therapist_id} />
      <span className="therapist-text">
        <strong>{therapist.name}</strong>
        <span className="soft">{licenceName(t, therapist.licence_kind)}</span>
        {headline ? <span>{headline}</span> : null}
        <span className="soft">{languageNames(therapist.languages)}</span>
        <span className="next-free">
          {next
            ? t("booking.therapists.next", {
                day: dayName(next, zone),
                time: timeOfDay(next, zone),
              })
            : t("booking.therapists.noTimes")}
        </span>
      </span>
    </button>
  );
}

function NobodyFree({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="card card-center" data-testid="no-therapists">
      <h2>{t("booking.therapists.nobody")}</h2>
      <p>{t("booking.therapists.nobodyNext")}</p>
      <Button kind="primary" onClick={onRetry}>
        {t("booking.therapists.lookAgain")}
      </Button>
    </div>
  );
}
