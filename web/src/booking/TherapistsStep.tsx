/** Step 1: the therapists who have a place for this visitor. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Therapist } from "../api/types";
import { nameOf } from "../shared/named";
import { useStore } from "../shared/store";
import { dayName, timeOfDay } from "../shared/time";
import { ErrorNotice } from "../join/ui/ErrorScreen";
import { Heading } from "../join/ui/Heading";
import type { BookingFlow } from "./flow";
import { ModeSwitch } from "./ModeSwitch";
import { isCover } from "./state";
import { inOwnLanguage, languageNames, licenceName } from "./names";
import { Portrait } from "../join/ui/Portrait";
import { NoPlace } from "./NoPlace";
import { ZonePicker } from "./ZonePicker";

export function TherapistsStep({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const state = useStore(flow.state);
  const { offer, zone, problem } = state;
  const therapists = offer?.therapists ?? [];
  const inCare = offer?.own_therapist ?? false;
  return (
    <>
      <Heading>{t("booking.therapists.title")}</Heading>
      {problem ? <ErrorNotice error={problem} /> : null}
      {therapists.length > 0 ? (
        <>
          <p className="lead">
            {t(inCare ? "booking.therapists.covered" : "booking.therapists.lead")}
          </p>
          <ModeSwitch flow={flow} />
          <ZonePicker zone={zone} onChange={(chosen) => void flow.chooseZone(chosen)} />
          <ul className="therapists">
            {therapists.map((therapist) => (
              <li key={therapist.therapist_id}>
                <TherapistCard
                  therapist={therapist}
                  zone={zone}
                  role={inCare ? (isCover(state, therapist.therapist_id) ? "cover" : "own") : null}
                  onChoose={() => void flow.chooseTherapist(therapist.therapist_id)}
                />
              </li>
            ))}
          </ul>
        </>
      ) : (
        <NoPlace flow={flow} reason="nobody" onRetry={() => void flow.start()} />
      )}
      <p className="fine">{t("booking.returning")}</p>
    </>
  );
}

interface CardProps {
  therapist: Therapist;
  zone: string;
  /** For who is in care: their own therapist, or who covers during a leave. */
  role: "own" | "cover" | null;
  onChoose: () => void;
}

function TherapistCard({ therapist, zone, role, onChoose }: CardProps) {
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
      <Portrait name={nameOf(therapist)} id={therapist.therapist_id} />
      <span className="therapist-text">
        {role ? (
          <span className="soft" data-testid={`role-${role}`}>
            {t(`booking.therapists.${role}`, { name: nameOf(therapist) })}
          </span>
        ) : null}
        <strong>{nameOf(therapist)}</strong>
        <span className="soft">{licenceName(t, therapist.licence_kind)}</span>
        {headline ? <span>{headline}</span> : null}
        <span className="soft">
          {languageNames(therapist.languages)} · {lengths(t, therapist)}
        </span>
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

/** "30・45分", and whether the first kind of session is a request. */
function lengths(t: TFunction, { kinds }: Therapist): string {
  const minutes = [...new Set(kinds.map((kind) => kind.session_minutes))].join("/");
  const text = t("booking.kind.minutes", { minutes });
  return kinds[0]?.approval ? `${text} · ${t("booking.kind.request")}` : text;
}
