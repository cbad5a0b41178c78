/**
 * One's pace, read as a whole and saved part by part. Saves take turns; what is set as a whole carries the version
 * that was read, and where another page was first, the page reads again and says so. Most saves can be undone.
 */
import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Pace } from "../../../api/types";
import { type Method, type RequestOptions, asApiError, request } from "../../../shared/api";
import { errorText } from "../../../shared/errors";
import { useAttempt } from "../../deciding";

export const PACE = ["pace"] as const;
export const WEEK = ["week"] as const;

const TOAST = "pace";

export interface Change {
  readonly method: Method;
  /** Below /therapist/pace. */
  readonly path: string;
  readonly body?: unknown;
  /** Set as a whole: refused when somebody changed it since it was read. */
  readonly versioned?: boolean;
  /** The sentence for when it is done. */
  readonly said: string;
  readonly undo?: (before: Pace, after: Pace) => Omit<Change, "said"> | null;
}

/** What saving came to; `error` is for the form which asked. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: unknown };
export type Save = (change: Change) => Promise<Outcome>;

export function usePace() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: PACE,
    queryFn: ({ signal }) => request<Pace>("GET", "/therapist/pace", { signal }),
    // Only this page's own saves change what it shows, so that a stale page is told, not overwritten.
    staleTime: Infinity,
    refetchOnMount: "always",
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  // The same addition asked for again, after no answer came, is the same request.
  const attempt = useAttempt();
  const keyOf = ({ method, path, body }: Change): string =>
    attempt.keyFor(`${method} ${path} ${JSON.stringify(body)}`);
  const { isPending, mutateAsync } = useMutation({
    scope: { id: "pace" },
    mutationFn: async (change: Change) => {
      const before = queries.getQueryData<Pace>(PACE);
      const after = await request<Pace>(
        change.method,
        `/therapist/pace${change.path}`,
        optionsOf(change, before, keyOf(change)),
      );
      attempt.done();
      return { before, after };
    },
    onSuccess: ({ before, after }, change) => {
      queries.setQueryData(PACE, after);
      void queries.invalidateQueries({ queryKey: WEEK });
      const back = before && change.undo ? change.undo(before, after) : null;
      told(change.said, back ? () => void save({ ...back, said: t("pace.undone") }) : null);
    },
    onError: (error) => {
      refused(error);
      void queries.invalidateQueries({ queryKey: PACE });
      void queries.invalidateQueries({ queryKey: WEEK });
    },
  });

  async function save(change: Change): Promise<Outcome> {
    try {
      await mutateAsync(change);
      return { ok: true };
    } catch (error) {
      return { ok: false, error };
    }
  }

  function told(said: string, undo: (() => void) | null): void {
    show(
      "green",
      "pace-saved",
      <Group justify="space-between" gap="sm">
        <Text size="sm">{said}</Text>
        {undo ? (
          <Button
            size="sm"
            variant="default"
            data-testid="undo"
            onClick={() => {
              notifications.hide(TOAST);
              undo();
            }}
          >
            {t("pace.undo")}
          </Button>
        ) : null}
      </Group>,
    );
  }

  function refused(error: unknown): void {
    const conflict = asApiError(error).code === "version_conflict";
    const text = errorText(t, error);
    const message = conflict ? t("pace.conflict") : `${text.title}${t("pace.joint")}${text.next}`;
    show(conflict ? "apricot" : "red", conflict ? "pace-conflict" : "pace-refused", message);
  }

  function show(color: string, testId: string, message: React.ReactNode): void {
    notifications.hide(TOAST);
    notifications.show({
      id: TOAST,
      color,
      autoClose: color === "green" ? 15_000 : false,
      "data-testid": testId,
      closeButtonProps: { "aria-label": t("common.close") },
      message,
    });
  }

  return {
    pace: query.data,
    failed: query.isError && !query.data,
    retry: () => void query.refetch(),
    saving: isPending,
    save,
  };
}

function optionsOf(change: Change, before: Pace | undefined, key: string): RequestOptions {
  const options: RequestOptions = { keepalive: true }; // also when the page is left at that moment
  if (change.method === "POST") options.idempotencyKey = key;
  if (change.body !== undefined) options.body = change.body;
  if (change.versioned && before) options.ifMatch = before.version;
  return options;
}
