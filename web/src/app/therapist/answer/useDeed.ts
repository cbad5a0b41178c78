/** One thing done by a therapist to a booking, or to a series: taken, declined, called off. One key for one wish, however often sent. */
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { request } from "../../../shared/api";
import { useAttempt } from "../../deciding";

export type Verb = "approve" | "decline" | "cancel";

const SAID = {
  approve: "app.requests.approved",
  decline: "app.requests.declined",
  cancel: "app.call_off.done",
} as const;

/** `path`: what it is done to. */
export function useDeed(path: string, onDone?: () => void) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const attempt = useAttempt();
  return useMutation({
    mutationFn: ({ verb, reason }: { verb: Verb; reason?: string }) => {
      return request("POST", `${path}/${verb}`, {
        body: reason ? { reason } : {},
        idempotencyKey: attempt.keyFor(JSON.stringify([verb, reason])),
      });
    },
    onSuccess: (_, { verb }) => {
      notifications.show({
        color: "green",
        "data-testid": "deed-done",
        closeButtonProps: { "aria-label": t("common.close") },
        message: t(SAID[verb]),
      });
      onDone?.();
    },
    // Day, week, pace, free times and places all follow from it; also where another was faster.
    onSettled: () => queries.invalidateQueries(),
  });
}
