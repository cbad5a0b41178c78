/** One thing done to a booking by its therapist: taken, declined, called off. One key for one wish, however often sent. */
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../../../shared/api";
import { newId } from "../../../shared/ids";

export type Verb = "approve" | "decline" | "cancel";

const SAID = {
  approve: "app.requests.approved",
  decline: "app.requests.declined",
  cancel: "app.call_off.done",
} as const;

export function useDeed(bookingId: string, onDone?: () => void) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const attempt = useRef({ wish: "", key: "" });
  return useMutation({
    mutationFn: ({ verb, reason }: { verb: Verb; reason?: string }) => {
      const wish = JSON.stringify([verb, reason]);
      if (attempt.current.wish !== wish) attempt.current = { wish, key: newId() };
      return request("POST", `/bookings/${bookingId}/${verb}`, {
        body: reason ? { reason } : {},
        idempotencyKey: attempt.current.key,
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
