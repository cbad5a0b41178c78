/** The two answers to a request, or to all that were asked for together, and by when one is due. */
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
  const of = { name: one.client_name, when: dateAndTime(one.starts_at, zone) };
  const words = {
    approve: t("app.requests.approve"),
    approveOf: t("app.requests.approve_of", of),
    decline: t("app.requests.decline"),
    declineOf: t("app.requests.decline_of", of),
  };
  return (
    <Both
      path={`/bookings/${one.booking_id}`}
      until={one.approve_until && dateAndTime(one.approve_until, zone)}
      words={words}
      onDone={onDone}
    />
  );
}

/** To every open request of a series; the most urgent is the first. */
export function AnswerAll({ all, zone }: { all: readonly TherapistSession[]; zone: string }) {
  const { t } = useTranslation();
  const [first] = all;
  if (!first) return null;
  const of = { name: first.client_name, count: all.length };
  const words = {
    approve: t("app.requests.approve_all"),
    approveOf: t("app.requests.approve_all_of", of),
    decline: t("app.requests.decline_all"),
    declineOf: t("app.requests.decline_all_of", of),
  };
  return (
    <Both
      path={`/series/${first.series_id}`}
      until={first.approve_until && dateAndTime(first.approve_until, zone)}
      words={words}
      suffix="-all"
    />
  );
}

interface BothProps {
  /** Of what is answered. */
  path: string;
  until: string | null;
  words: { approve: string; approveOf: string; decline: string; declineOf: string };
  suffix?: string;
  onDone?: (() => void) | undefined;
}

function Both({ path, until, words, suffix = "", onDone }: BothProps) {
  const { t } = useTranslation();
  const approving = useDeed(path, onDone);
  const declining = useDeed(path, onDone);
  const said = approving.error ? errorText(t, approving.error) : null;
  return (
    <div className="stack">
      {until ? (
        <Text size="sm" data-testid="approve-until">
          {t("app.requests.until", { time: until })}
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
          aria-label={words.approveOf}
          data-testid={`approve${suffix}`}
          onClick={() => approving.mutate({ verb: "approve" })}
        >
          {words.approve}
        </Button>
        <Reasoned
          name={`decline${suffix}`}
          words={{
            open: words.decline,
            openOf: words.declineOf,
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
