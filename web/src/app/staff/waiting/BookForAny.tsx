/** Staff book for any client: found by name, with their therapist, or with one who has a free place. */
import { Button, NativeSelect, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../../shared/clock";
import { nameOf } from "../../../shared/named";
import { dateAndTime, localDate, visitorZone, zoneLabel } from "../../../shared/time";
import { Arrange, useArranging } from "../../arrange/Arrange";
import { type Client, deskOf, useClientsNamed } from "../../arrange/arranging";
import type { PlaceRow } from "../../care/cares";

const PAUSE_MS = 300;

interface Props {
  places: readonly PlaceRow[];
  sought: string;
  onSeek: (name: string) => void;
}

export function BookForAny({ places, sought, onSeek }: Props) {
  const { t } = useTranslation();
  const [client, setClient] = useState<Client | null>(null);
  return (
    <section className="card" aria-labelledby="book-title" data-testid="book-for">
      <div>
        <Title order={2} size="h4" id="book-title">
          {t("queue.book.title")}
        </Title>
        <Text size="sm" c="dimmed">
          {t("queue.book.lead", { zone: zoneLabel(visitorZone()) })}
        </Text>
      </div>
      <Search
        sought={sought}
        onSeek={(name) => {
          setClient(null);
          onSeek(name);
        }}
        chosen={client}
        onChoose={setClient}
      />
      {client ? <With key={client.client_id} client={client} places={places} /> : null}
    </section>
  );
}

interface SearchProps {
  sought: string;
  onSeek: (name: string) => void;
  chosen: Client | null;
  onChoose: (client: Client) => void;
}

function Search({ sought, onSeek, chosen, onChoose }: SearchProps) {
  const { t } = useTranslation();
  const [name] = useDebouncedValue(sought.trim(), PAUSE_MS);
  const { data, isError } = useClientsNamed(name);
  const found = data?.clients ?? [];
  return (
    <>
      <TextInput
        label={t("queue.book.name")}
        description={t("queue.book.name_text")}
        autoComplete="off"
        maxLength={100}
        data-testid="book-name"
        value={sought}
        onChange={(event) => onSeek(event.currentTarget.value)}
      />
      <div role="status">
        {isError ? <Text>{t("queue.failed")}</Text> : null}
        {data && found.length === 0 ? <Text>{t("queue.book.nobody")}</Text> : null}
      </div>
      {name !== "" && found.length > 0 ? (
        <ul className="found" aria-label={t("queue.book.found")}>
          {found.map((one) => (
            <li key={one.client_id}>
              <Button
                size="sm"
                variant={one.client_id === chosen?.client_id ? "filled" : "default"}
                aria-pressed={one.client_id === chosen?.client_id}
                data-testid="book-client"
                onClick={() => onChoose(one)}
              >
                {one.next_session_at
                  ? t("queue.book.has_next", {
                      name: one.name,
                      at: dateAndTime(one.next_session_at, visitorZone()),
                    })
                  : one.name}
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

/** In care, it is with whom they are; else with somebody who has a place, which the booking takes. */
function With({ client, places }: { client: Client; places: readonly PlaceRow[] }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState("");
  const therapistId = client.therapist_id ?? chosen;
  const theirs = places.find((one) => one.therapist_id === client.therapist_id);
  const open = places.filter((one) => one.closed === null);
  return (
    <>
      {client.therapist_id ? (
        <Text data-testid="book-theirs">{t("queue.book.theirs", { name: nameOf(theirs) })}</Text>
      ) : (
        <NativeSelect
          label={t("queue.book.with")}
          description={t("queue.book.with_text")}
          data-testid="book-with"
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={[
            { value: "", label: t("app.arrange.choose") },
            ...open.map((one) => ({
              value: one.therapist_id,
              label: t("queue.give.one", { name: nameOf(one), count: one.free }),
            })),
          ]}
        />
      )}
      {therapistId ? (
        <Session key={therapistId} clientId={client.client_id} therapistId={therapistId} />
      ) : null}
    </>
  );
}

function Session({ clientId, therapistId }: { clientId: string; therapistId: string }) {
  const zone = visitorZone();
  const today = localDate(serverNow(), zone);
  const arranging = useArranging(deskOf(therapistId), today, clientId);
  return <Arrange zone={zone} today={today} arranging={arranging} />;
}
