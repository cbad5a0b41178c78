/**
 * Changing one's numbers: shown at once, saved after a short pause (presses of a stepper become one request), taken
 * back when the server refuses. A change made elsewhere wins; its version shows in If-Match.
 */
import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Practice } from "../../api/types";
import { asApiError, request } from "../../shared/api";
import { errorText } from "../../shared/errors";
import { PRACTICE, usePractice } from "../queries";
import { type Wish, isEmpty, leftOf, shownWith, undoOf } from "./capacity";

const PAUSE_MS = 600;
const TOAST = "practice";

export function usePracticeEditor() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const query = usePractice();
  const [wish, setWish] = useState<Wish>({});
  const undoing = useRef(false);
  const save = useMutation({
    mutationFn: ({ sent, version }: { sent: Wish; version: number; before: Practice }) =>
      request<Practice>("PATCH", "/therapist/practice", { body: sent, ifMatch: version }),
    onSuccess: (saved, { sent, before }) => {
      queries.setQueryData(PRACTICE, saved);
      setWish((present) => leftOf(present, sent));
      tellSaved(t, sent, undoing.current ? null : undoOf(before, sent), undo);
      undoing.current = false;
    },
    onError: (error) => {
      setWish({});
      undoing.current = false;
      tellRefused(t, error);
      void queries.invalidateQueries({ queryKey: PRACTICE });
    },
  });

  const saved = query.data;
  const { isPending, mutate } = save;
  useEffect(() => {
    if (!saved || isPending || isEmpty(wish)) return;
    const send = (): void => {
      const sent = leftOf(wish, saved);
      if (isEmpty(sent)) setWish({});
      else mutate({ sent, version: saved.version, before: saved });
    };
    const timer = setTimeout(send, undoing.current ? 0 : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [wish, saved, isPending, mutate]);

  function undo(back: Wish): void {
    notifications.hide(TOAST);
    undoing.current = true;
    setWish((present) => ({ ...present, ...back }));
  }

  return {
    shown: saved ? shownWith(saved, wish) : undefined,
    saving: isPending,
    failed: query.isError && !saved,
    retry: () => void query.refetch(),
    change: (part: Wish) => setWish((present) => ({ ...present, ...part })),
  };
}

function tellSaved(t: TFunction, sent: Wish, back: Wish | null, undo: (back: Wish) => void): void {
  notifications.hide(TOAST);
  notifications.show({
    id: TOAST,
    color: "green",
    "data-testid": "practice-saved",
    closeButtonProps: { "aria-label": t("common.close") },
    message: (
      <Group justify="space-between" gap="sm">
        <Text size="sm">{back ? savedText(t, sent) : t("app.capacity.undone")}</Text>
        {back ? (
          <Button size="sm" variant="default" data-testid="undo" onClick={() => undo(back)}>
            {t("app.capacity.undo")}
          </Button>
        ) : null}
      </Group>
    ),
  });
}

function savedText(t: TFunction, sent: Wish): string {
  if (sent.capacity !== undefined) return t("app.capacity.changed", { count: sent.capacity });
  return t(sent.pause_new ? "app.capacity.pause_on" : "app.capacity.pause_off");
}

function tellRefused(t: TFunction, error: unknown): void {
  const conflict = asApiError(error).code === "version_conflict";
  const text = errorText(t, error);
  notifications.hide(TOAST);
  notifications.show({
    id: TOAST,
    color: conflict ? "apricot" : "red",
    autoClose: false,
    "data-testid": "practice-refused",
    closeButtonProps: { "aria-label": t("common.close") },
    title: conflict ? undefined : text.title,
    message: conflict ? t("app.capacity.conflict") : t("app.capacity.failed"),
  });
}
