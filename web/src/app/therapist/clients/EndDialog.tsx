/** Ending a care: asked once more, with the sessions that it cancels. */
import { Alert, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { dateAndTime } from "../../../shared/time";
import { CLIENTS } from "../../arrange/arranging";
import { CARES } from "../../care/cares";
import { useDecide } from "../../deciding";
import { Dialog } from "../../layout/Dialog";
import { YesNo } from "../../layout/YesNo";
import { SESSIONS } from "../../queries";
import { PACE, WEEK } from "../pace/usePace";
import type { DialogProps, FormProps } from "./dialogs";

export function EndDialog({ client, opened, ...rest }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog
      name="end"
      title={t("clients.end.title", { name: client?.name ?? "" })}
      opened={opened}
      onClose={rest.onClose}
    >
      {client ? <Question key={client.care_id} client={client} {...rest} /> : null}
    </Dialog>
  );
}

function Question({ client, zone, onClose, onDone }: FormProps) {
  const { t } = useTranslation();
  const decide = useDecide([CARES, CLIENTS, SESSIONS, PACE, WEEK]);
  const { name } = client;
  const end = (): void => {
    const path = `/cares/${client.care_id}/end`;
    const said = t("clients.end.done", { name });
    decide.mutate({ path, body: {} }, { onSuccess: () => onDone(said) });
  };
  return (
    <Stack gap="md">
      <Text>{t("clients.end.what")}</Text>
      {client.sessions.length > 0 ? (
        <Alert color="apricot" title={t("clients.end.cancels")} data-testid="cancels">
          <ul className="cancels">
            {client.sessions.map((one) => (
              <li key={one.booking_id}>{dateAndTime(one.starts_at, zone)}</li>
            ))}
          </ul>
        </Alert>
      ) : (
        <Text>{t("clients.end.cancels_nothing")}</Text>
      )}
      <YesNo
        error={decide.error}
        instead={{ booking_status_conflict: t("clients.end.already") }}
        pending={decide.isPending}
        color="red"
        yes={t("clients.end.yes")}
        no={t("clients.end.keep")}
        testId="end-yes"
        onYes={end}
        onNo={onClose}
      />
    </Stack>
  );
}
