/** Who waits, the longest first: since when, for whom, in which language, and what is offered to them now. */
import { Badge, Button, Text } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../../shared/clock";
import { nameOf } from "../../../shared/named";
import { dateAndTime, visitorZone } from "../../../shared/time";
import type { Waits } from "../../care/cares";

const DAY_MS = 24 * 60 * 60 * 1000;

interface Props {
  waiting: readonly Waits[];
  more: boolean;
  loading: boolean;
  onMore: () => void;
  onGive: (one: Waits) => void;
}

export function Queue({ waiting, more, loading, onMore, onGive }: Props) {
  const { t } = useTranslation();
  if (waiting.length === 0) {
    return (
      <div className="card empty" data-testid="nobody-waits">
        <Text fw={700}>{t("queue.waiting.none")}</Text>
        <Text c="dimmed">{t("queue.waiting.none_hint")}</Text>
      </div>
    );
  }
  return (
    <>
      <ul className="plain-list">
        {waiting.map((one) => (
          <Line key={one.wait_id} one={one} onGive={() => onGive(one)} />
        ))}
      </ul>
      {more ? (
        <div className="actions">
          <Button variant="default" loading={loading} data-testid="queue-more" onClick={onMore}>
            {t("queue.waiting.more")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Line({ one, onGive }: { one: Waits; onGive: () => void }) {
  const { t } = useTranslation();
  const zone = visitorZone();
  const days = Math.max(0, Math.floor((serverNow() - Date.parse(one.since)) / DAY_MS));
  const since = dateAndTime(one.since, zone);
  return (
    <li className="card queue-line" data-testid="waits" data-state={one.state}>
      <div className="grow">
        <Text fw={700}>{t("queue.waiting.name", { name: one.name })}</Text>
        <Text size="sm">{forWhom(t, one)}</Text>
        <Text size="sm" c="dimmed">
          {t("queue.waiting.since", { since })}
          {days > 0 ? ` ${t("queue.waiting.days", { count: days })}` : ""}
        </Text>
        {one.offered_until ? (
          <Text size="sm" data-testid="offered-until">
            <Badge color="green" variant="light">
              {t("queue.waiting.offered")}
            </Badge>{" "}
            {t("queue.waiting.until", { until: dateAndTime(one.offered_until, zone) })}
          </Text>
        ) : null}
      </div>
      <Button
        size="sm"
        variant="default"
        aria-label={t("queue.waiting.give_of", { name: one.name })}
        data-testid="give"
        onClick={onGive}
      >
        {t("queue.waiting.give")}
      </Button>
    </li>
  );
}

/** "With anybody, in English" */
function forWhom(t: TFunction, one: Waits): string {
  const language = t(one.language === "en" ? "queue.waiting.english" : "queue.waiting.japanese");
  return one.therapist
    ? t("queue.waiting.with", { name: nameOf(one.therapist), language })
    : t("queue.waiting.anybody", { language });
}
