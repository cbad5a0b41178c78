/** A place that is kept for who opens their own link: until when, and giving it back. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ClientCare } from "../api/types";
import { type ApiError, asApiError } from "../shared/api";
import { newId } from "../shared/ids";
import { nameOf } from "../shared/named";
import { useStore } from "../shared/store";
import { dateAndTime, zoneLabel } from "../shared/time";
import { Button } from "../join/ui/Button";
import { ErrorNotice } from "../join/ui/ErrorScreen";
import type { BookingFlow } from "./flow";

type Offer = NonNullable<ClientCare["offer"]>;

export function Kept({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation();
  const { known, zone } = useStore(flow.state);
  const [offer, setOffer] = useState<Offer | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [key] = useState(newId);
  useEffect(() => {
    if (!known) return;
    const shown = ({ offer: found }: ClientCare) =>
      setOffer(found?.kind === "place" ? found : null);
    // Who cannot be asked about has no place that is kept; booking goes on without.
    flow.asker.ask<ClientCare>("GET", "/care").then(shown, () => undefined);
  }, [flow, known]);

  if (!offer) return null;
  const decline = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const path = `/care/offers/${offer.offer_id}/decline`;
      await flow.asker.ask("POST", path, { body: {}, idempotencyKey: key });
      setOffer(null);
      await flow.start();
    } catch (error) {
      setProblem(asApiError(error));
    }
    setBusy(false);
  };
  const until = `${dateAndTime(offer.expires_at, zone)} ${zoneLabel(zone, new Date(offer.expires_at))}`;
  return (
    <div className="notice notice-good" data-testid="kept">
      <strong>{t("booking.kept.title", { name: nameOf(offer.therapist) })}</strong>
      <p>{t("booking.kept.until", { until })}</p>
      {problem ? <ErrorNotice error={problem} /> : null}
      <Button busy={busy} onClick={() => void decline()} data-testid="decline-offer">
        {t("booking.kept.decline")}
      </Button>
    </div>
  );
}
