/** How many clients the therapist wishes to have, in one look and one press. The server keeps the law. */
import { Button, Progress, Switch, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Practice } from "../../api/types";
import { Loading } from "../layout/Screens";
import { HIGHEST, LOWEST, type Wish, roomIn, within } from "./capacity";
import { Hours } from "./Hours";
import { usePracticeEditor } from "./practice";

export function Capacity() {
  const { t } = useTranslation();
  const editor = usePracticeEditor();
  return (
    <>
      <section className="card" aria-labelledby="capacity-title" data-testid="capacity">
        <div className="title-row">
          <Title order={2} size="h4" id="capacity-title">
            {t("app.capacity.title")}
          </Title>
          {editor.saving ? (
            <Text size="sm" c="dimmed">
              {t("app.capacity.saving")}
            </Text>
          ) : null}
        </div>
        {editor.shown ? <Numbers practice={editor.shown} onChange={editor.change} /> : null}
        {editor.failed ? (
          <div role="alert">
            <Text>{t("app.capacity.load_failed")}</Text>
            <Button variant="default" size="sm" onClick={editor.retry}>
              {t("common.retry")}
            </Button>
          </div>
        ) : null}
        {!editor.shown && !editor.failed ? <Loading /> : null}
      </section>
      {editor.shown ? <Hours practice={editor.shown} /> : null}
    </>
  );
}

interface NumbersProps {
  practice: Practice;
  onChange: (part: Wish) => void;
}

function Numbers({ practice, onChange }: NumbersProps) {
  const { t } = useTranslation();
  const { active, capacity, offers } = practice;
  const room = roomIn(practice);
  const count = "count" in room ? room.count : 0;
  const share = capacity > 0 ? Math.min(100, (active / capacity) * 100) : 100;
  return (
    <>
      <Text fw={700} data-testid="capacity-in-care">
        {t("app.capacity.in_care", { active, capacity })}
      </Text>
      <Progress value={share} color={room.kind === "over" ? "apricot" : "green"} aria-hidden />
      <Text size="sm" data-testid="capacity-room" data-room={room.kind}>
        {t(`app.capacity.${room.kind}`, { count })}
        {offers > 0 ? ` ${t("app.capacity.offers", { count: offers })}` : ""}
      </Text>
      <Stepper capacity={capacity} onStep={(by) => onChange({ capacity: within(capacity + by) })} />
      <Text size="sm" c="dimmed" id="capacity-explained">
        {t("app.capacity.explain")}
      </Text>
      <Switch
        checked={practice.pause_new}
        label={t("app.capacity.pause")}
        description={t("app.capacity.pause_text")}
        data-testid="capacity-pause"
        onChange={(event) => onChange({ pause_new: event.currentTarget.checked })}
      />
    </>
  );
}

function Stepper({ capacity, onStep }: { capacity: number; onStep: (by: number) => void }) {
  const { t } = useTranslation();
  return (
    <div
      className="stepper"
      role="group"
      aria-labelledby="capacity-label"
      aria-describedby="capacity-explained"
    >
      <span id="capacity-label">{t("app.capacity.label")}</span>
      <Button
        variant="default"
        aria-label={t("app.capacity.decrease")}
        aria-disabled={capacity <= LOWEST}
        data-testid="capacity-decrease"
        onClick={() => onStep(-1)}
      >
        −
      </Button>
      <output data-testid="capacity-value">{capacity}</output>
      <Button
        variant="default"
        aria-label={t("app.capacity.increase")}
        aria-disabled={capacity >= HIGHEST}
        data-testid="capacity-increase"
        onClick={() => onStep(1)}
      >
        +
      </Button>
    </div>
  );
}
