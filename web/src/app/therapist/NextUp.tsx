/** How long until the next session of today. */
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { TherapistSession } from "../../api/types";
import { timeOfDay } from "../../shared/time";

import { isAnyRunning, minutesUntil, nextSession } from "./day";

interface Props {
  sessions: readonly TherapistSession[];
  zone: string;
  now: number;
}

export function NextUp({ sessions, zone, now }: Props) {
  const { t } = useTranslation();
  const next = nextSession(sessions, now);
  if (!next) {
    const over = sessions.length > 0 && !isAnyRunning(sessions, now);
    return over ? <Text>{t("app.today.none_left")}</Text> : null;
  }
  const left = minutesUntil(next.starts_at, now);
  const values = { time: timeOfDay(next.starts_at, zone), name: next.client_name };
  return (
    <Text className="next-up" data-testid="next-session">
      {left < 60
        ? t("app.today.next_in_minutes", { ...values, count: left })
        : t("app.today.next_in_hours", {
            ...values,
            hours: Math.floor(left / 60),
            minutes: left % 60,
          })}
    </Text>
  );
}
