/** Giving who waits a therapist: whose turn it is, or one with a free place. Says first what comes of it. */
import { NativeSelect, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { nameOf } from "../../../shared/named";
import { dateAndTime, visitorZone } from "../../../shared/time";
import { PLACES, type PlaceRow, QUEUE, type Waits } from "../../care/cares";
import { useDecide } from "../../deciding";
import { Dialog } from "../../layout/Dialog";
import { YesNo } from "../../layout/YesNo";

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
            label: t("queue.give.one", { name: nameOf(one), count: one.free }),
          })),
        ]}
      />
      <YesNo
        error={decide.error}
        instead={{ therapist_full: t(chosen ? "queue.give.not_them" : "queue.give.nobody") }}
        pending={decide.isPending}
        yes={t("queue.give.yes")}
        no={t("common.cancel")}
        testId="give-yes"
        onYes={give}
        onNo={onClose}
      />
    </Stack>
  );
}
