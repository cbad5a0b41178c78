/** From week to week. A day of it stands in the address, so that "back" and a reload keep it. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { CalendarWeek } from "../../../api/types";
import { serverNow } from "../../../shared/clock";
import { addDays, localDate } from "../../../shared/time";
import { PageLink } from "../../navigation";

export function WeekNav({ week }: { week: CalendarWeek }) {
  const { t } = useTranslation();
  const today = localDate(serverNow(), week.timezone);
  const { monday } = week;
  const isThis = monday <= today && today <= addDays(monday, 6);
  const address = (to: string): string =>
    to <= today && today <= addDays(to, 6) ? "/therapist/week" : `/therapist/week?day=${to}`;
  return (
    <nav className="day-nav" aria-label={t("week.nav")}>
      <Button
        component={PageLink}
        href={address(addDays(monday, -7))}
        variant="default"
        size="sm"
        data-testid="previous-week"
      >
        <span aria-hidden="true">‹&nbsp;</span>
        {t("week.previous")}
      </Button>
      {isThis ? null : (
        <Button component={PageLink} href="/therapist/week" variant="default" size="sm">
          {t("week.this")}
        </Button>
      )}
      <Button
        component={PageLink}
        href={address(addDays(monday, 7))}
        variant="default"
        size="sm"
        data-testid="next-week"
      >
        {t("week.next")}
        <span aria-hidden="true">&nbsp;›</span>
      </Button>
    </nav>
  );
}
