/** What the webhooks' page asks and changes, and how it names topics and addresses (pure at the end). */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { components } from "../../../api/schema";
import { asApiError, request } from "../../../shared/api";
import { useAttempt } from "../../deciding";

type Schemas = components["schemas"];
export type Webhook = Schemas["WebhookReply"];
export type Delivery = Schemas["DeliveryReply"];
export type Topic = Schemas["WebhookBody"]["topics"][number];
export type Made = Schemas["NewWebhookReply"];
export type TopicWord = Topic extends `booking.${infer Word}` ? Word : never;

export const MOST_WEBHOOKS = 20;
export const TOPICS: readonly Topic[] = [
  "booking.requested",
  "booking.confirmed",
  "booking.changed",
  "booking.cancelled",
  "booking.declined",
  "booking.fulfilled",
  "booking.noshow",
];

const LIST = ["webhooks"] as const;
const PATH = "/staff/webhooks";
const LOOK_EVERY_MS = 3_000;

export function useWebhooks() {
  return useQuery({
    queryKey: LIST,
    queryFn: ({ signal }) => request<Schemas["WebhooksReply"]>("GET", PATH, { signal }),
  });
}

export function useAdd() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: { body: { url: string; topics: Topic[] }; key: string }) =>
      request<Made>("POST", PATH, { body: wanted.body, idempotencyKey: wanted.key }),
    onSettled: () => queries.invalidateQueries({ queryKey: LIST }),
  });
}

/** One webhook tested or removed. */
export function useAct(id: string) {
  const queries = useQueryClient();
  const attempt = useAttempt();
  return useMutation({
    mutationFn: (what: "test" | "remove") => {
      if (what === "remove") return request("DELETE", `${PATH}/${id}`);
      const idempotencyKey = attempt.keyFor(what);
      return request("POST", `${PATH}/${id}/test`, { idempotencyKey });
    },
    onSuccess: () => attempt.done(),
    onSettled: () => queries.invalidateQueries({ queryKey: LIST }),
  });
}

/** The newest first; looked at again while they are shown. */
export function useDeliveries(id: string) {
  return useInfiniteQuery({
    queryKey: [...LIST, id, "deliveries"],
    queryFn: ({ signal, pageParam }) =>
      request<Schemas["DeliveriesReply"]>(
        "GET",
        `${PATH}/${id}/deliveries${pageParam ? `?before=${pageParam}` : ""}`,
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.before,
    refetchInterval: LOOK_EVERY_MS,
  });
}

export function wordOf(topic: string): TopicWord | "test" {
  const known = TOPICS.find((each) => each === topic);
  return known ? (known.slice("booking.".length) as TopicWord) : "test";
}

/** "example.com"; the address itself where it is none. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** Whether it is the address that the server refused. */
export function isAddressRefused(error: unknown): boolean {
  const found = error ? asApiError(error).extra["errors"] : null;
  return (
    Array.isArray(found) &&
    found.some((each) => (each as { field?: unknown } | null)?.field === "url")
  );
}
