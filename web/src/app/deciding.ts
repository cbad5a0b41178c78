/** How a decision is sent: under one key, however often; what it changes is read anew. */
import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { request } from "../shared/api";
import { Attempt } from "../shared/attempt";

export interface Decision {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export function useAttempt(): Attempt {
  const [attempt] = useState(() => new Attempt());
  return attempt;
}

export function useDecide(changes: readonly QueryKey[]) {
  const queries = useQueryClient();
  const attempt = useAttempt();
  return useMutation({
    mutationFn: ({ path, body }: Decision) => {
      const idempotencyKey = attempt.keyFor(`${path} ${JSON.stringify(body)}`);
      return request("POST", path, { body, idempotencyKey });
    },
    onSuccess: () => attempt.done(),
    onSettled: async () => {
      await Promise.all(changes.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
  });
}
