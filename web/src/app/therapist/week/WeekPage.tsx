/** "Week": hours to set by drag, by keys or in a list; what is booked in them; what no longer fits; the load ahead. */
import "../texts";
import "../therapist.css";
import "../pace/pace.css";
import "./week.css";
import { Button, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { CalendarWeek } from "../../../api/types";
import { request } from "../../../shared/api";
import { dayName, zoneLabel } from "../../../shared/time";
import { Loading } from "../../layout/Screens";
import { PageLink, useSearch } from "../../navigation";
import { dayIn } from "../day";
import { Waiting } from "../Waiting";
import { NotLoaded } from "../../layout/NotLoaded";
import { WEEK, usePace } from "../pace/usePace";
import { datesOf } from "./layout";
import { WeekNav } from "./WeekNav";
import { Workspace } from "./Workspace";

export default function WeekPage() {
  const { t } = useTranslation();
  const day = dayIn(useSearch());
  const sheet = usePace();
  const week = useWeek(day);
  const failed = sheet.failed || (week.isError && !week.data);
  const retry = (): void => {
    sheet.retry();
    void week.refetch();
  };
  return (
    <div className="stack week-page" data-testid="week">
      <Waiting page={t("week.title")} />
      <Heading week={week.data} />
      {week.data && sheet.pace ? (
        <Workspace
          key={week.data.monday}
          pace={sheet.pace}
          week={week.data}
          saving={sheet.saving}
          save={sheet.save}
        />
      ) : failed ? (
        <NotLoaded text={t("pace.load_failed")} onRetry={retry} />
      ) : (
        <Loading />
      )}
      <div className="actions">
        <Button component={PageLink} href="/therapist/pace" variant="default" size="sm">
          {t("week.to_pace")}
        </Button>
      </div>
    </div>
  );
}

function useWeek(day: string | null) {
  return useQuery({
    queryKey: [...WEEK, day],
    queryFn: ({ signal }) =>
      request<CalendarWeek>("GET", `/therapist/week${day ? `?day=${day}` : ""}`, { signal }),
    // The old week stays in view until the new one is there.
    placeholderData: (before) => before,
    refetchInterval: 60_000,
  });
}

function Heading({ week }: { week: CalendarWeek | undefined }) {
  const { t } = useTranslation();
  const dates = week ? datesOf(week.monday) : [];
  const name = (date: string | undefined): string => dayName(`${date}T12:00:00Z`, "UTC");
  return (
    <>
      <div>
        <Title order={1} size="h2" data-testid="week-range">
          {week
            ? t("week.range", { from: name(dates[0]), until: name(dates[6]) })
            : t("week.title")}
        </Title>
        {week ? (
          <Text size="sm" c="dimmed" data-testid="week-zone">
            {t("week.zone", { zone: zoneLabel(week.timezone) })}
          </Text>
        ) : null}
      </div>
      {week ? <WeekNav week={week} /> : null}
    </>
  );
}
