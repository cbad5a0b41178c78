/** "My clients": who asks to come, who is in care, and what can be done for each. */
import "../texts";
import "./texts";
import "../therapist.css";
import "../pace/pace.css";
import "./clients.css";
import { Alert, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { visitorZone } from "../../../shared/time";
import { type OwnClient, useCares } from "../../care/cares";
import { NotLoaded } from "../../layout/NotLoaded";
import { Loading } from "../../layout/Screens";
import { usePractice } from "../../queries";
import { useFocusOn } from "../../layout/focus";
import { Waiting } from "../Waiting";
import { BookDialog } from "./BookDialog";
import { ClientCard } from "./ClientCard";
import { EndDialog } from "./EndDialog";
import { HandoverDialog } from "./HandoverDialog";
import { Requests } from "./Requests";

type Wish = "book" | "handover" | "end";

interface Open {
  readonly wish: Wish;
  readonly client: OwnClient;
}

export default function ClientsPage() {
  const { t } = useTranslation();
  const cares = useCares();
  const [said, setSaid] = useState("");
  return (
    <div className="stack pace-page" data-testid="clients">
      <Waiting page={t("clients.title")} />
      <div>
        <Title order={1} size="h2">
          {t("clients.title")}
        </Title>
        <Text c="dimmed">{t("clients.lead")}</Text>
      </div>
      <div role="status">{said ? <Said text={said} onClose={() => setSaid("")} /> : null}</div>
      {cares.data ? (
        <>
          <Requests requests={cares.data.requests} onSaid={setSaid} />
          <InCare clients={cares.data.clients} onSaid={setSaid} />
        </>
      ) : cares.isError ? (
        <NotLoaded text={t("clients.failed")} onRetry={() => void cares.refetch()} />
      ) : (
        <Loading />
      )}
    </div>
  );
}

/** What was pressed is gone with it, so that the focus comes here. */
function Said({ text, onClose }: { text: string; onClose: () => void }) {
  const { t } = useTranslation();
  const here = useFocusOn(text);
  return (
    <Alert
      ref={here}
      tabIndex={-1}
      color="green"
      withCloseButton
      closeButtonLabel={t("common.close")}
      onClose={onClose}
      data-testid="clients-said"
    >
      {text}
    </Alert>
  );
}

interface InCareProps {
  clients: readonly OwnClient[];
  onSaid: (said: string) => void;
}

function InCare({ clients, onSaid }: InCareProps) {
  const { t } = useTranslation();
  const zone = usePractice().data?.timezone ?? visitorZone();
  // What was open last stays drawn while its dialog closes.
  const [open, setOpen] = useState<Open | null>(null);
  const [shown, setShown] = useState<Wish | null>(null);
  const close = (): void => setShown(null);
  const done = (said: string): void => {
    close();
    onSaid(said);
  };
  const dialog = (wish: Wish) => ({
    client: open?.wish === wish ? open.client : null,
    opened: shown === wish,
    zone,
    onClose: close,
    onDone: done,
  });
  return (
    <section className="stack" aria-labelledby="in-care">
      <Title order={2} size="h4" id="in-care">
        {t("clients.in_care", { count: clients.length })}
      </Title>
      {clients.length === 0 ? (
        <div className="card empty" data-testid="no-clients">
          <Text fw={700}>{t("clients.none")}</Text>
          <Text c="dimmed">{t("clients.none_hint")}</Text>
        </div>
      ) : null}
      <ul className="plain-list">
        {clients.map((client) => (
          <ClientCard
            key={client.care_id}
            client={client}
            zone={zone}
            onWish={(wish) => {
              setOpen({ wish, client });
              setShown(wish);
            }}
          />
        ))}
      </ul>
      <BookDialog {...dialog("book")} />
      <HandoverDialog {...dialog("handover")} />
      <EndDialog {...dialog("end")} />
    </section>
  );
}
