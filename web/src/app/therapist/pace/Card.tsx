/** One part of a page: its title, a sentence on what it does, its content; and the buttons a form ends with. */
import { Button, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  name: string;
  title: string;
  lead?: string;
  children: ReactNode;
}

export function Card({ name, title, lead, children }: Props) {
  return (
    <section className="card" aria-labelledby={`${name}-title`} data-testid={`card-${name}`}>
      <div>
        <Title order={2} size="h4" id={`${name}-title`}>
          {title}
        </Title>
        {lead ? (
          <Text size="sm" c="dimmed">
            {lead}
          </Text>
        ) : null}
      </div>
      {children}
    </section>
  );
}

/** Save and the way back to what was there. */
export function FormEnd(props: { name: string; saving: boolean; onCancel: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="actions">
      <Button type="submit" size="sm" loading={props.saving} data-testid={`save-${props.name}`}>
        {t("common.save")}
      </Button>
      <Button variant="default" size="sm" onClick={props.onCancel}>
        {t("common.cancel")}
      </Button>
    </div>
  );
}

/** A line of a list with what can be done with it. */
export function Line(props: { children: ReactNode; actions: ReactNode; testId: string }) {
  return (
    <li className="pace-line" data-testid={props.testId}>
      <div className="grow">{props.children}</div>
      <div className="actions">{props.actions}</div>
    </li>
  );
}
