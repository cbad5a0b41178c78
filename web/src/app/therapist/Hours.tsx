/** The working hours, to read; changing them is not here yet. */
import { Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Practice } from "../../api/types";
import { zoneLabel } from "../../shared/time";

const DAY_MS = 86_400_000;
/** Some Monday; weekdays count from it. */
const MONDAY_MS = Date.UTC(2024, 0, 1, 12);
const WEEK = [0, 1, 2, 3, 4, 5, 6] as const;

export function Hours({ practice }: { practice: Practice }) {
  const { t } = useTranslation();
  const { hours, timezone } = practice;
  return (
    <section className="card" aria-labelledby="hours-title" data-testid="hours">
      <Title order={2} size="h4" id="hours-title">
        {t("app.hours.title")}
      </Title>
      {hours.length === 0 ? <Text>{t("app.hours.none")}</Text> : <Week hours={hours} />}
      <Text size="sm" c="dimmed">
        {t("app.hours.timezone", { zone: zoneLabel(timezone) })} {t("app.hours.change")}
      </Text>
    </section>
  );
}

function Week({ hours }: { hours: Practice["hours"] }) {
  const { t, i18n } = useTranslation();
  const day = new Intl.DateTimeFormat(i18n.language, { weekday: "long", timeZone: "UTC" });
  return (
    <dl className="week">
      {WEEK.map((weekday) => {
        const spans = hours.filter((one) => one.weekday === weekday);
        return (
          <div key={weekday}>
            <dt>{day.format(MONDAY_MS + weekday * DAY_MS)}</dt>
            <dd>
              {spans.length > 0
                ? spans.map((one) => (
                    <span key={one.start}>
                      {one.start}–{one.end}
                    </span>
                  ))
                : t("app.hours.off")}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
