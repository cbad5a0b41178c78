/** What the next weeks will take, of the limit if there is one: a bar for each, and the same in words. */
import { Progress, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Pace } from "../../../api/types";
import { shortDay } from "../../../shared/time";
import { Card } from "../pace/Card";
import { loadOf } from "./load";

export function Forecast({ weeks }: { weeks: Pace["weeks"] }) {
  const { t } = useTranslation();
  return (
    <Card name="load" title={t("week.load.title")} lead={t("week.load.lead")}>
      <ul className="plain-list">
        {weeks.map((week) => (
          <WeekLine key={week.monday} week={week} weeks={weeks} />
        ))}
      </ul>
    </Card>
  );
}

function WeekLine({ week, weeks }: { week: Pace["weeks"][number]; weeks: Pace["weeks"] }) {
  const { t } = useTranslation();
  const load = loadOf(week, weeks);
  const sum = { booked: week.booked_minutes, messages: week.message_minutes };
  const limit = week.limit_minutes;
  return (
    <li data-testid="load" data-over={load.overMin > 0 || undefined}>
      <Text size="sm" fw={700}>
        {t("week.load.week", { day: shortDay(`${week.monday}T12:00:00Z`, "UTC") })}
      </Text>
      <Progress.Root size="md" aria-hidden="true">
        <Progress.Section value={load.booked} color={load.overMin > 0 ? "apricot" : "green"} />
        <Progress.Section value={load.messages} color="green.4" />
      </Progress.Root>
      <Text size="sm">
        {t("week.load.sum", sum)}{" "}
        <span className="dimmed">
          {limit === null ? t("week.load.no_limit") : t("week.load.of", { limit })}
        </span>
        {load.overMin > 0 ? ` ${t("week.load.over", { count: load.overMin })}` : ""}
      </Text>
    </li>
  );
}
