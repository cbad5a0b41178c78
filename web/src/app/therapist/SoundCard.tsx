/** Whether a waiting client is also heard, with a test: a browser lets no page sound before somebody pressed something. */
import { Button, Switch, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Chime } from "./chime";

export function SoundCard({ chime }: { chime: Chime }) {
  const { t } = useTranslation();
  const usable = chime.state !== "unsupported";
  return (
    <section className="card" aria-labelledby="sound-title">
      <Title order={2} size="h4" id="sound-title">
        {t("app.sound.title")}
      </Title>
      <Text size="sm">{t("app.sound.text")}</Text>
      {usable ? (
        <Switch
          checked={chime.state !== "off"}
          label={t("app.sound.on")}
          onChange={(event) => chime.setOn(event.currentTarget.checked)}
        />
      ) : null}
      <Text size="sm" role="status" className={`sound-${chime.state}`}>
        {t(`app.sound.${chime.state}`)}
      </Text>
      {usable ? (
        <Button variant="default" size="sm" onClick={chime.test} data-testid="sound-test">
          {t("app.sound.test")}
        </Button>
      ) : null}
    </section>
  );
}
