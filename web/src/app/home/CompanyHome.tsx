/** What a company's administrator will find here, what never, and whom to ask meanwhile. */
import { Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Me } from "../../api/types";
import { Help } from "../../shared/Help";
import { usePageTitle } from "../layout/title";

export function CompanyHome({ me }: { me: Me }) {
  const { t } = useTranslation();
  usePageTitle(t("app.company.title"));
  return (
    <Stack gap="xl" className="home" data-testid="company-home">
      <div>
        <Title order={1}>{t("app.company.title")}</Title>
        <Text>{t("app.home.welcome", { name: me.name ?? "" })}</Text>
      </div>
      <section className="card readable">
        <Text>{t("app.company.soon")}</Text>
        <Text>{t("app.company.never")}</Text>
        <Text>{t("app.company.ask")}</Text>
        <Help known />
      </section>
    </Stack>
  );
}
