/** The two answers to a request, and by when one is due. */
import { Alert, Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { TherapistSession } from "../../../api/types";
import { errorText } from "../../../shared/errors";
import { dateAndTime } from "../../../shared/time";
import { Reasoned } from "./Reasoned";
import { useDeed } from "./useDeed";

interface Props {
  one: TherapistSession;
  zone: string;
  onDone?: () => void;
}

export function Answer({ one, zone, onDone }: Props) {
  const { t } = useTranslation();
  const approving = useDeed(one.booking_id, onDone);
  const declining = useDeed(one.booking_id, onDone);
  const of = { name: one.client_name, when: dateAndTime(one.starts_at, zone) };
  const said = approving.error ? errorText(t, approving.error) : null;
  return (
    <div className="stack">
      {one.approve_until ? (
        <Text size="sm" data-testid="approve-until">
          {t("app.requests.until", { time: dateAndTime(one.approve_until, zone) })}
        </Text>
      ) : null}
      <div role="alert">
        {said ? (
          <Alert color="red" title={said.title}>
            {said.next}
          </Alert>
        ) : null}
      </div>
      <div className="actions">
        <Button
          size="sm"
          loading={approving.isPending}
          aria-label={t("app.requests.approve_of", of)}
          data-testid="approve"
          onClick={() => approving.mutate({ verb: "approve" })}
        >
          {t("app.requests.approve")}
        </Button>
        <Reasoned
          name="decline"
          words={{
            open: t("app.requests.decline"),
            openOf: t("app.requests.decline_of", of),
            text: t("app.requests.decline_text"),
            sure: t("app.requests.decline_sure"),
          }}
          pending={declining.isPending}
          error={declining.error}
          onSure={(reason) => declining.mutate({ verb: "decline", reason })}
        />
      </div>
    </div>
  );
}
