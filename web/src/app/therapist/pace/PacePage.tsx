/** "My pace": everything that a therapist alone decides, on one page. Hours stand in the week (week/WeekPage.tsx). */
import "../texts";
import "../therapist.css";
import "./pace.css";
import { Button, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { zoneLabel } from "../../../shared/time";
import { Loading } from "../../layout/Screens";
import { PageLink } from "../../navigation";
import { Waiting } from "../Waiting";
import { CalendarsCard } from "./CalendarsCard";
import { FeedCard } from "./FeedCard";
import { KindsCard } from "./KindsCard";
import { LeaveCard } from "./LeaveCard";
import { LimitsCard } from "./LimitsCard";
import { NameCard } from "./NameCard";
import { NotLoaded } from "../../layout/NotLoaded";
import { PlacesCard } from "./PlacesCard";
import { ReplyCard } from "./ReplyCard";
import { TravelCard } from "./TravelCard";
import { usePace } from "./usePace";

export default function PacePage() {
  const { t } = useTranslation();
  const { pace, failed, retry, saving, save } = usePace();
  return (
    <div className="stack pace-page" data-testid="pace">
      <Waiting page={t("pace.title")} />
      <div>
        <Title order={1} size="h2">
          {t("pace.title")}
        </Title>
        <Text c="dimmed">{t("pace.lead")}</Text>
      </div>
      {pace ? (
        <>
          <div className="pace-cards">
            <div className="stack">
              <PlacesCard pace={pace} saving={saving} save={save} />
              <section className="card" aria-labelledby="to-week">
                <Title order={2} size="h4" id="to-week">
                  {t("pace.hours.title")}
                </Title>
                <Text size="sm">{t("pace.hours.text", { zone: zoneLabel(pace.timezone) })}</Text>
                <Button component={PageLink} href="/therapist/week" variant="default" size="sm">
                  {t("pace.hours.open")}
                </Button>
              </section>
              <ReplyCard pace={pace} saving={saving} save={save} />
              <CalendarsCard zone={pace.timezone} />
              <NameCard pace={pace} saving={saving} save={save} />
            </div>
            <div className="stack">
              <LimitsCard pace={pace} saving={saving} save={save} />
              <LeaveCard pace={pace} saving={saving} save={save} />
              <TravelCard pace={pace} saving={saving} save={save} />
              <FeedCard />
            </div>
          </div>
          <KindsCard pace={pace} saving={saving} save={save} />
        </>
      ) : failed ? (
        <NotLoaded text={t("pace.load_failed")} onRetry={retry} />
      ) : (
        <Loading />
      )}
    </div>
  );
}
