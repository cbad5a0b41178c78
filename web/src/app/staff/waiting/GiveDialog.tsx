/** Giving who waits a therapist: whose turn it is, or one with a free place. Says first what comes of it. */
import { Button, NativeSelect, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dateAndTime, visitorZone } from "../../../shared/time";
import { PLACES, type PlaceRow, QUEUE, type Waits, useDecide } from "../../care/cares";
import { Refused } from "../../care/Refused";
import { Dialog } from "../../layout/Dialog";

interface Props {
  /** Stands there closed, too; null: nobody was chosen yet. */
  waits: Waits | null;
  places: readonly PlaceRow[];
  opened: boolean;
  onClose: () => void;
  onGiven: (name: string) => void;
}

export function GiveDialog({ waits, opened, ...rest }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog
      name="give"
      title={t("queue.give.title", { name: waits?.name ?? "" })}
      opened={opened}
      onClose={rest.onClose}
    >
      {waits ? <Question key={waits.wait_id} waits={waits} {...rest} /> : null}
    </Dialog>
  );
}

type QuestionProps = Omit<Props, "waits" | "opened"> & { waits: Waits };

function Question({ waits, places, onClose, onGiven }: QuestionProps) {
  const { t } = useTranslation();
  const decide = useDecide([QUEUE, PLACES]);
  const open = places.filter((one) => one.closed === null);
  const wanted = open.find((one) => one.therapist_id === waits.therapist?.therapist_id);
  const [chosen, setChosen] = useState(wanted?.therapist_id ?? "");
  const give = (): void => {
    const body = { client_id: waits.client_id, therapist_id: chosen || null };
    decide.mutate({ path: "/staff/cares", body }, { onSuccess: () => onGiven(waits.name) });
  };
  return (
    <Stack gap="md">
      <Text>{t("queue.give.what")}</Text>
      {waits.offered_until ? (
        <Text>
          {t("queue.give.offered", { until: dateAndTime(waits.offered_until, visitorZone()) })}
        </Text>
      ) : null}
      <NativeSelect
        label={t("queue.give.to")}
        description={t("queue.give.to_text")}
        data-testid="give-to"
        value={chosen}
        onChange={(event) => {
          decide.reset();
          setChosen(event.currentTarget.value);
        }}
        data={[
          { value: "", label: t("queue.give.turn") },
          ...open.map((one) => ({
            value: one.therapist_id,
            label: t("queue.give.one", { name: one.name, count: one.free }),
          })),
        ]}
      />
      <Refused
        error={decide.error}
        instead={
          chosen === ""
            ? { therapist_full: t("queue.give.nobody") }
            : { therapist_full: t("queue.give.not_them") }
        }
      />
      <div className="actions">
        <Button loading={decide.isPending} data-testid="give-yes" onClick={give}>
          {t("queue.give.yes")}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
      </div>
    </Stack>
  );
}
