/** The start page: what this is, and who goes where. */
import { Button, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Me } from "../../api/types";
import { usePageTitle } from "../layout/title";
import { PageLink } from "../navigation";
import { useMe } from "../queries";
import { Groups } from "./Groups";
import { CompanyHome } from "./CompanyHome";
import { OwnSessions } from "./OwnSessions";
import { PushChoice } from "./PushChoice";

export function Home() {
  const me = useMe().data ?? null;
  if (!me || atWork(me)) return <StartPage me={me} />;
  const forCompany = me.roles.includes("employer_admin");
  return forCompany ? <CompanyPage me={me} /> : <ClientHome me={me} />;
}

function atWork(me: Me): boolean {
  return me.roles.includes("therapist") || me.roles.includes("staff");
}

function StartPage({ me }: { me: Me | null }) {
  const { t } = useTranslation();
  usePageTitle(t("app.name"));
  return (
    <Stack gap="xl" className="home">
      <div className="hero">
        <Title order={1}>{t("app.home.title")}</Title>
        <Text size="lg">{t("app.home.lead")}</Text>
      </div>
      {me ? <Known me={me} /> : <WhoGoesWhere />}
      {me?.roles.includes("client") ? <OwnSessions /> : null}
      {me?.roles.includes("client") ? <Groups /> : null}
      {me?.person_id ? <PushChoice person={me.person_id} /> : null}
    </Stack>
  );
}

/** Somebody may look after a company's contract and be a client, too. */
function CompanyPage({ me }: { me: Me }) {
  return (
    <>
      <CompanyHome me={me} />
      {me.roles.includes("client") ? <OwnSessions /> : null}
    </>
  );
}

function ClientHome({ me }: { me: Me }) {
  const { t } = useTranslation();
  usePageTitle(t("app.own.title"));
  return (
    <Stack gap="xl" className="home own-home" data-testid="client-home">
      <div>
        <Title order={1}>{t("app.own.title")}</Title>
        <Text>{t("app.home.welcome", { name: me.name ?? "" })}</Text>
      </div>
      <OwnSessions />
      {me.roles.includes("client") ? <Groups /> : null}
      {me.person_id ? <PushChoice person={me.person_id} /> : null}
    </Stack>
  );
}

function WhoGoesWhere() {
  const { t } = useTranslation();
  return (
    <div className="two-cards">
      <section className="card" aria-labelledby="for-client">
        <Title order={2} size="h3" id="for-client">
          {t("app.home.client_title")}
        </Title>
        <Text>{t("app.home.client_text")}</Text>
        <Text c="dimmed">{t("app.home.client_lost")}</Text>
        <Button component={PageLink} href="/sign-in#link" variant="default">
          {t("app.home.client_action")}
        </Button>
      </section>
      <section className="card" aria-labelledby="for-team">
        <Title order={2} size="h3" id="for-team">
          {t("app.home.team_title")}
        </Title>
        <Text>{t("app.home.team_text")}</Text>
        <Button component={PageLink} href="/sign-in">
          {t("app.home.team_action")}
        </Button>
      </section>
    </div>
  );
}

function Known({ me }: { me: Me }) {
  const { t } = useTranslation();
  return (
    <section className="card readable">
      <Title order={2} size="h3">
        {t("app.home.welcome", { name: me.name ?? "" })}
      </Title>
      <div className="actions">
        {me.roles.includes("therapist") ? (
          <Button component={PageLink} href="/therapist">
            {t("app.home.to_today")}
          </Button>
        ) : null}
        {me.roles.includes("staff") ? (
          <Button component={PageLink} href="/staff">
            {t("app.home.to_rooms")}
          </Button>
        ) : null}
      </div>
    </section>
  );
}
