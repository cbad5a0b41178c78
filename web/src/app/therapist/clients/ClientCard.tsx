/** One client: since when, the last and the next session, what the therapist before wrote, and what can be done. */
import { Button, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { dateAndTime, dayName } from "../../../shared/time";
import type { OwnClient } from "../../care/cares";

interface Props {
  client: OwnClient;
  zone: string;
  onWish: (wish: "book" | "handover" | "end") => void;
}

export function ClientCard({ client, zone, onWish }: Props) {
  const { t } = useTranslation();
  const { name } = client;
  const more = client.sessions.length - 1;
  return (
    <li className="card" data-testid="client" data-name={name}>
      <div className="client">
        <div className="grow">
          <Title order={3} size="h5">
            {t("clients.name", { name })}
          </Title>
          <Text size="sm" c="dimmed">
            {t("clients.since", { day: dayName(client.started_at, zone) })}
          </Text>
        </div>
        <dl className="client-facts">
          <Fact
            name={t("clients.next")}
            at={client.next_at}
            none={t("clients.no_next")}
            zone={zone}
          >
            {more > 0 ? ` ${t("clients.more", { count: more })}` : ""}
          </Fact>
          <Fact
            name={t("clients.last")}
            at={client.last_at}
            none={t("clients.no_last")}
            zone={zone}
          />
        </dl>
      </div>
      {client.proposed ? (
        <Text className="proposed" data-testid="proposed">
          {t("clients.proposed", { name: client.proposed })}
        </Text>
      ) : null}
      {client.note ? (
        <details className="note" data-testid="note">
          <summary>{t("clients.note")}</summary>
          <Text className="note-text">{client.note}</Text>
        </details>
      ) : null}
      <div className="actions">
        <Wish name="book" client={name} onPress={() => onWish("book")} />
        {client.proposed ? null : (
          <Wish name="handover" client={name} onPress={() => onWish("handover")} />
        )}
        <Wish name="end" client={name} onPress={() => onWish("end")} />
      </div>
    </li>
  );
}

interface FactProps {
  name: string;
  at: string | null;
  none: string;
  zone: string;
  children?: string;
}

function Fact({ name, at, none, zone, children }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {at ? dateAndTime(at, zone) : none}
        {children}
      </dd>
    </div>
  );
}

interface WishProps {
  name: "book" | "handover" | "end";
  client: string;
  onPress: () => void;
}

function Wish({ name, client, onPress }: WishProps) {
  const { t } = useTranslation();
  return (
    <Button
      size="sm"
      variant={name === "end" ? "subtle" : "default"}
      {...(name === "end" ? { color: "red" } : {})}
      aria-label={t(`clients.wish.${name}_of`, { name: client })}
      data-testid={`client-${name}`}
      onClick={onPress}
    >
      {t(`clients.wish.${name}`)}
    </Button>
  );
}
