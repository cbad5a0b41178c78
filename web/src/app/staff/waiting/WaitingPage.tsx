/** Staff: who waits for a place, where places are, giving somebody a therapist, and booking for a client. */
import "./texts";
import "./waiting.css";
import { Alert, Button, Stack, Text, Title } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Waits, usePlaces, useQueue } from "../../care/cares";
import { Loading } from "../../layout/Screens";
import { useFocusOn } from "../../layout/focus";
import { usePageTitle } from "../../layout/title";
import { BookForAny } from "./BookForAny";
import { GiveDialog } from "./GiveDialog";
import { Places } from "./Places";
import { Queue } from "./Queue";

export default function WaitingPage() {
  const { t } = useTranslation();
  usePageTitle(t("queue.title"));
  const queue = useQueue();
  const places = usePlaces();
  const [asked, setAsked] = useState<Waits | null>(null);
  const [asking, setAsking] = useState(false);
  const [given, setGiven] = useState("");
  const [sought, setSought] = useState("");
  const booking = useRef<HTMLDivElement>(null);
  const book = (name: string): void => {
    setSought(name);
    booking.current?.scrollIntoView();
    booking.current?.querySelector("input")?.focus();
  };
  const therapists = places.data?.therapists ?? [];
  const waiting = queue.data?.pages.flatMap((page) => page.waiting);
  return (
    <Stack gap="lg" data-testid="waiting-list">
      <div>
        <Title order={1} size="h2">
          {t("queue.title")}
        </Title>
        <Text c="dimmed">{t("queue.lead")}</Text>
      </div>
      <div role="status">
        {given ? (
          <Given name={given} onBook={() => book(given)} onClose={() => setGiven("")} />
        ) : null}
      </div>
      <section className="stack" aria-labelledby="waiting">
        <Title order={2} size="h4" id="waiting">
          {t("queue.waiting.title")}
        </Title>
        {waiting ? (
          <Queue
            waiting={waiting}
            more={queue.hasNextPage}
            loading={queue.isFetchingNextPage}
            onMore={() => void queue.fetchNextPage()}
            onGive={(one) => {
              setAsked(one);
              setAsking(true);
            }}
          />
        ) : (
          <NotYet failed={queue.isError} onRetry={() => void queue.refetch()} />
        )}
      </section>
      <section className="stack" aria-labelledby="places">
        <Title order={2} size="h4" id="places">
          {t("queue.places.title")}
        </Title>
        {places.data ? (
          <Places places={therapists} />
        ) : (
          <NotYet failed={places.isError} onRetry={() => void places.refetch()} />
        )}
      </section>
      <div ref={booking}>
        <BookForAny places={therapists} sought={sought} onSeek={setSought} />
      </div>
      <GiveDialog
        waits={asked}
        places={therapists}
        opened={asking}
        onClose={() => setAsking(false)}
        onGiven={(name) => {
          setAsking(false);
          setGiven(name);
        }}
      />
    </Stack>
  );
}

function NotYet({ failed, onRetry }: { failed: boolean; onRetry: () => void }) {
  const { t } = useTranslation();
  if (!failed) return <Loading />;
  return (
    <div className="card" role="alert">
      <Text>{t("queue.failed")}</Text>
      <Button variant="default" onClick={onRetry}>
        {t("common.retry")}
      </Button>
    </div>
  );
}

function Given(props: { name: string; onBook: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const here = useFocusOn(props.name);
  return (
    <Alert
      ref={here}
      tabIndex={-1}
      color="green"
      withCloseButton
      closeButtonLabel={t("common.close")}
      onClose={props.onClose}
      data-testid="given"
    >
      <Text mb="sm">{t("queue.give.done", { name: props.name })}</Text>
      <Button size="sm" variant="default" data-testid="given-book" onClick={props.onBook}>
        {t("queue.give.book")}
      </Button>
    </Alert>
  );
}
