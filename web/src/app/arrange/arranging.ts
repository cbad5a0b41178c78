/**
 * What a page for booking on behalf asks the server for, and keeps: one key for one order, however often sent.
 * A therapist asks at their own desk, staff at the desk of one therapist.
 */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { components } from "../../api/schema";
import { request } from "../../shared/api";
import type { Moved } from "../../shared/moved";
import { CARES } from "../care/cares";
import { useAttempt } from "../deciding";
import { SESSIONS } from "../queries";

type Schemas = components["schemas"];
export type Occurrence = Schemas["OccurrenceReply"];
export type Made = Schemas["SeriesReply"];
export type Client = Schemas["ClientReply"];

export interface Order {
  client_id: string;
  starts_at: string;
  interval_weeks: number;
  count: number;
  whole: boolean;
  instead: readonly Moved[];
}

/** Where it is booked: `whose` is what staff add to say with whom. */
export interface Desk {
  readonly path: "/therapist" | "/staff";
  readonly whose: { readonly therapist_id?: string };
}

export const OWN_DESK: Desk = { path: "/therapist", whose: {} };

export function deskOf(therapistId: string): Desk {
  return { path: "/staff", whose: { therapist_id: therapistId } };
}

export const CLIENTS = ["clients"] as const;

export function useClients() {
  return useQuery({
    queryKey: CLIENTS,
    queryFn: ({ signal }) =>
      request<Schemas["ClientsReply"]>("GET", "/therapist/clients", { signal }),
  });
}

/** Clients of anybody whose name has this in it; staff only. */
export function useClientsNamed(name: string) {
  return useQuery({
    queryKey: [...CLIENTS, name],
    queryFn: ({ signal }) =>
      request<Schemas["ClientsReply"]>("GET", `/staff/clients?${new URLSearchParams({ name })}`, {
        signal,
      }),
    enabled: name !== "",
  });
}

export function useFreeTimes({ path, whose }: Desk, day: string, zone: string) {
  const asked = new URLSearchParams({ from: day, to: day, tz: zone, ...whose });
  return useQuery({
    queryKey: ["free-times", path, whose, day, zone],
    queryFn: ({ signal }) =>
      request<Schemas["OpenTimesReply"]>("GET", `${path}/free-times?${asked}`, { signal }),
    enabled: day !== "",
  });
}

/** What would come of it; looked at anew whenever the order changes, and shown as it was while only dates move. */
export function useOutlook({ path, whose }: Desk, order: Order | null) {
  return useQuery({
    queryKey: ["outlook", path, whose, order],
    queryFn: ({ signal }) =>
      request<Schemas["PreviewReply"]>("POST", `${path}/bookings/preview`, {
        signal,
        body: { ...order, ...whose },
      }),
    enabled: order !== null,
    placeholderData: (before, query) => (isSameBut(order, query?.queryKey[3]) ? before : undefined),
    staleTime: 0,
    retry: false,
  });
}

function isSameBut(order: Order | null, before: unknown): boolean {
  if (!order || !before) return false;
  const still = { ...(before as Order), instead: order.instead };
  return JSON.stringify(still) === JSON.stringify(order);
}

export function useBook({ path, whose }: Desk) {
  const queries = useQueryClient();
  const attempt = useAttempt();
  return useMutation({
    mutationFn: (order: Order) => {
      const body = { ...order, ...whose };
      const idempotencyKey = attempt.keyFor(JSON.stringify(body));
      return request<Made>("POST", `${path}/bookings`, { body, idempotencyKey });
    },
    onSuccess: () => attempt.done(),
    onSettled: () => {
      for (const queryKey of [SESSIONS, CLIENTS, CARES, ["free-times"], ["outlook"]]) {
        void queries.invalidateQueries({ queryKey });
      }
    },
  });
}
