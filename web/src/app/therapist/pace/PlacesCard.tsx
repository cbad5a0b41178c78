/** How many clients the therapist wishes to have, after a short rest of presses; how full it is; the pause, at once. */
import { Button, Switch, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Pace } from "../../../api/types";
import { Card } from "./Card";
import { Gauge } from "./Gauge";
import { HIGHEST, LOWEST, type Wish, isEmpty, leftOf, shownWith, undoOf, within } from "./places";
import type { Change, Save } from "./usePace";

const REST_MS = 600;

interface Props {
  pace: Pace;
  saving: boolean;
  save: Save;
}

export function PlacesCard(props: Props) {
  const { t } = useTranslation();
  const { shown, change } = useWish(props);
  return (
    <Card name="places" title={t("pace.places.title")} lead={t("pace.places.lead")}>
      <Gauge places={shown} />
      <Stepper capacity={shown.capacity} onStep={(by) => change({ by })} />
      <Text size="sm" c="dimmed" id="capacity-explained">
        {t("pace.places.explain")}
      </Text>
      <Switch
        checked={shown.pause_new}
        label={t("pace.places.pause")}
        description={t("pace.places.pause_text")}
        data-testid="capacity-pause"
        onChange={(event) => change({ pause_new: event.currentTarget.checked })}
      />
    </Card>
  );
}

/** Shown at once, sent when no press has come for a moment, or when the page is left before that. */
function useWish({ pace, saving, save }: Props) {
  const { t } = useTranslation();
  const [wish, setWish] = useState<Wish>({});
  const onTheWay = useRef<Wish>({});
  const send = async (): Promise<void> => {
    const sent = leftOf(wish, pace);
    if (isEmpty(sent)) return setWish({});
    onTheWay.current = sent;
    const done = await save(changeOf(sent, savedText(sent)));
    onTheWay.current = {};
    setWish((present) => (done.ok ? leftOf(present, sent) : {}));
  };
  useEffect(() => {
    if (saving || isEmpty(wish)) return;
    const timer = setTimeout(() => void send(), wish.pause_new === undefined ? REST_MS : 0);
    return () => clearTimeout(timer);
  }, [wish, pace, saving]);
  const leave = useRef(() => {});
  leave.current = () => {
    if (!isEmpty(leftOf(leftOf(wish, onTheWay.current), pace))) void send();
  };
  useEffect(() => {
    const left = (): void => leave.current();
    window.addEventListener("pagehide", left);
    return () => {
      window.removeEventListener("pagehide", left);
      left();
    };
  }, []);

  function savedText(sent: Wish): string {
    if (sent.capacity !== undefined) return t("pace.places.changed", { count: sent.capacity });
    return t(sent.pause_new ? "pace.places.pause_on" : "pace.places.pause_off");
  }

  const shown = shownWith(pace, wish);
  const change = (part: { by?: number; pause_new?: boolean }): void =>
    setWish((present) => ({
      ...present,
      ...(part.by === undefined
        ? {}
        : { capacity: within((present.capacity ?? pace.capacity) + part.by) }),
      ...(part.pause_new === undefined ? {} : { pause_new: part.pause_new }),
    }));
  return { shown, change };
}

function changeOf(sent: Wish, said: string): Change {
  const set = (body: Wish) => ({ method: "PATCH", path: "", body, versioned: true }) as const;
  return {
    ...set(sent),
    said,
    undo: (before) => {
      const back = undoOf(before, sent);
      return back ? set(back) : null;
    },
  };
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
      <span id="capacity-label">{t("pace.places.label")}</span>
      <Button
        variant="default"
        aria-label={t("pace.places.decrease")}
        aria-disabled={capacity <= LOWEST}
        data-testid="capacity-decrease"
        onClick={() => onStep(-1)}
      >
        −
      </Button>
      <output data-testid="capacity-value">{capacity}</output>
      <Button
        variant="default"
        aria-label={t("pace.places.increase")}
        aria-disabled={capacity >= HIGHEST}
        data-testid="capacity-increase"
        onClick={() => onStep(1)}
      >
        +
      </Button>
    </div>
  );
}
