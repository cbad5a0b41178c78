/** The next session, or a series, for one client; the same as beside the day (arrange/). */
import { Button, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../../shared/clock";
import { localDate } from "../../../shared/time";
import { Arrange, useArranging } from "../../arrange/Arrange";
import { OWN_DESK } from "../../arrange/arranging";
import { Dialog } from "../../layout/Dialog";
import type { DialogProps, FormProps } from "./dialogs";

export function BookDialog({ client, opened, ...rest }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog
      name="book"
      title={t("clients.wish.book_of", { name: client?.name ?? "" })}
      opened={opened}
      onClose={rest.onClose}
    >
      {client ? <Form key={client.care_id} client={client} {...rest} /> : null}
    </Dialog>
  );
}

function Form({ client, zone, onClose }: FormProps) {
  const { t } = useTranslation();
  const today = localDate(serverNow(), zone);
  const arranging = useArranging(OWN_DESK, today, client.client_id);
  return (
    <Stack gap="md">
      <Arrange zone={zone} today={today} arranging={arranging} />
      <Button variant="default" onClick={onClose}>
        {t("common.close")}
      </Button>
    </Stack>
  );
}
