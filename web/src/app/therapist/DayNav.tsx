/** From day to day. The day stands in the address, so that "back" and a reload keep it. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { addDays } from "../../shared/time";
import { PageLink } from "../navigation";

export function DayNav({ day, today }: { day: string; today: string }) {
  const { t } = useTranslation();
  const address = (to: string): string => (to === today ? "/therapist" : `/therapist?day=${to}`);
  return (
    <nav className="day-nav" aria-label={t("app.today.nav")}>
      <Button component={PageLink} href={address(addDays(day, -1))} variant="default" size="sm">
        <span aria-hidden="true">‹&nbsp;</span>
        {t("app.today.previous")}
      </Button>
      {day === today ? null : (
        <Button component={PageLink} href="/therapist" variant="default" size="sm">
          {t("app.today.today")}
        </Button>
      )}
      <Button component={PageLink} href={address(addDays(day, 1))} variant="default" size="sm">
        {t("app.today.next")}
        <span aria-hidden="true">&nbsp;›</span>
      </Button>
    </nav>
  );
}
