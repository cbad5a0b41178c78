/** People who would like to come: one yes or no each. Who they are is known with the yes; a no has no drawbacks. */
import { Button, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dateAndTime, visitorZone } from "../../../shared/time";
import { CARES, type CareRequest } from "../../care/cares";
import { useDecide } from "../../deciding";
import { Dialog } from "../../layout/Dialog";
import { Refused } from "../../layout/Refused";
import { PACE } from "../pace/usePace";

interface Props {
  requests: readonly CareRequest[];
  onSaid: (said: string) => void;
}

export function Requests({ requests, onSaid }: Props) {
  const { t } = useTranslation();
  const decide = useDecide([CARES, PACE]);
  const [declining, setDeclining] = useState<string | null>(null);
  const answer = (offerId: string, word: "accept" | "decline"): void => {
    const path = `/care/offers/${offerId}/${word}`;
    const said = t(word === "accept" ? "clients.requests.accepted" : "clients.requests.declined");
    decide.mutate({ path, body: {} }, { onSuccess: () => onSaid(said) });
    setDeclining(null);
  };
  const gone = t("clients.requests.gone");
  return (
    <>
      {requests.length > 0 ? (
        <section className="card asks" aria-labelledby="requests" data-testid="requests">
          <div>
            <Title order={2} size="h4" id="requests">
              {t("clients.requests.title", { count: requests.length })}
            </Title>
            <Text size="sm">{t("clients.requests.lead")}</Text>
          </div>
          <ul className="plain-list">
            {requests.map((one) => (
              <RequestLine
                key={one.offer_id}
                one={one}
                busy={decide.isPending}
                onAccept={() => answer(one.offer_id, "accept")}
                onDecline={() => setDeclining(one.offer_id)}
              />
            ))}
          </ul>
        </section>
      ) : null}
      <Refused
        error={decide.error}
        instead={{ booking_status_conflict: gone, not_found: gone, care_elsewhere: gone }}
      />
      <Dialog
        name="decline"
        title={t("clients.requests.sure")}
        opened={declining !== null}
        onClose={() => setDeclining(null)}
      >
        <Text mb="md">{t("clients.requests.no_drawback")}</Text>
        <div className="actions">
          <Button
            data-testid="decline-yes"
            onClick={() => (declining ? answer(declining, "decline") : null)}
          >
            {t("clients.requests.decline")}
          </Button>
          <Button variant="default" onClick={() => setDeclining(null)}>
            {t("clients.requests.think")}
          </Button>
        </div>
      </Dialog>
    </>
  );
}

interface LineProps {
  one: CareRequest;
  busy: boolean;
  onAccept: () => void;
  onDecline: () => void;
}

function RequestLine({ one, busy, onAccept, onDecline }: LineProps) {
  const { t } = useTranslation();
  const zone = visitorZone();
  const asked = dateAndTime(one.asked_at, zone);
  return (
    <li className="pace-line" data-testid="request">
      <div className="grow">
        <Text fw={700}>
          {t("clients.requests.until", { until: dateAndTime(one.expires_at, zone) })}
        </Text>
        <Text size="sm" c="dimmed">
          {t("clients.requests.asked", { at: asked })}
        </Text>
      </div>
      <div className="actions">
        <Button
          size="sm"
          loading={busy}
          aria-label={t("clients.requests.accept_of", { at: asked })}
          data-testid="request-accept"
          onClick={onAccept}
        >
          {t("clients.requests.accept")}
        </Button>
        <Button
          size="sm"
          variant="default"
          disabled={busy}
          aria-label={t("clients.requests.decline_of", { at: asked })}
          data-testid="request-decline"
          onClick={onDecline}
        >
          {t("clients.requests.decline")}
        </Button>
      </div>
    </li>
  );
}
