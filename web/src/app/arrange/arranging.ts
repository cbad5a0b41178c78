/** What the page for booking on behalf asks the server for, and keeps: one key for one order, however often sent. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import type { components } from "../../api/schema";
import { request } from "../../shared/api";
import { newId } from "../../shared/ids";
import { SESSIONS } from "../queries";

type Schemas = components["schemas"];
export type Occurrence = Schemas["OccurrenceReply"];
export type Made = Schemas["SeriesReply"];

export interface Order {
  client_id: string;
  starts_at: string;
  interval_weeks: number;
  count: number;
  whole: boolean;
}

export const CLIENTS = ["clients"] as const;

export function useClients() {
  return useQuery({
    queryKey: CLIENTS,
    queryFn: ({ signal }) =>
      request<Schemas["ClientsReply"]>("GET", "/therapist/clients", { signal }),
  });
}

export function useFreeTimes(day: string, zone: string) {
  const asked = new URLSearchParams({ from: day, to: day, tz: zone });
  return useQuery({
    queryKey: ["free-times", day, zone],
    queryFn: ({ signal }) =>
      request<Schemas["OpenTimesReply"]>("GET", `/therapist/free-times?${asked}`, { signal }),
    enabled: day !== "",
  });
}

/** What would come of it; looked at anew whenever the order changes. */
export function useOutlook(order: Order | null) {
  return useQuery({
    queryKey: ["outlook", order],
    queryFn: ({ signal }) =>
      request<Schemas["PreviewReply"]>("POST", "/therapist/bookings/preview", {
        signal,
        body: order,
      }),
    enabled: order !== null,
    staleTime: 0,
    retry: false,
  });
}

export function useBook() {
  const queries = useQueryClient();
  const attempt = useRef({ body: "", key: "" });
  return useMutation({
    mutationFn: (order: Order) => {
      const body = JSON.stringify(order);
      if (attempt.current.body !== body) attempt.current = { body, key: newId() };
      const idempotencyKey = attempt.current.key;
      return request<Made>("POST", "/therapist/bookings", { body: order, idempotencyKey });
    },
    onSettled: () => {
      for (const queryKey of [SESSIONS, CLIENTS, ["free-times"], ["outlook"]]) {
        void queries.invalidateQueries({ queryKey });
      }
    },
  });
}
