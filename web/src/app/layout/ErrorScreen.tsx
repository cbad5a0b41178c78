/** A page for what cannot be shown: what happened, and always at least one way on. */
import { Button, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Help } from "../../shared/Help";
import { PageLink } from "../navigation";
import { usePageTitle } from "./title";

interface Props {
  title: string;
  text: string;
  /** Ways on beside the start page. */
  children?: ReactNode;
}

export function ErrorScreen({ title, text, children }: Props) {
  const { t } = useTranslation();
  usePageTitle(title);
  return (
    <Stack className="narrow card" gap="md" data-testid="error-screen">
      <Title order={1} size="h2">
        {title}
      </Title>
      <Text>{text}</Text>
      <Help />
      <div className="actions">
        {children}
        <Button component={PageLink} href="/" variant="default">
          {t("app.home_link")}
        </Button>
      </div>
    </Stack>
  );
}
