/** Who cares for whom: what the pages about it ask the server for. Decisions are sent by deciding.ts. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { components } from "../../api/schema";
import type { Colleagues, Me } from "../../api/types";
import { request } from "../../shared/api";

type Schemas = components["schemas"];
export type OwnClient = Schemas["ClientRowReply"];
export type CareRequest = Schemas["RequestReply"];
export type Waits = Schemas["QueueRowReply"];
export type PlaceRow = Schemas["PlaceRowReply"];

export const CARES = ["cares"] as const;
export const QUEUE = ["queue"] as const;
export const PLACES = ["places"] as const;

const OFTEN_MS = 30_000;

/** A therapist's clients, and those whom they are asked to take. */
export function useCares(enabled = true) {
  return useQuery({
    queryKey: CARES,
    queryFn: ({ signal }) => request<Schemas["CaresReply"]>("GET", "/therapist/cares", { signal }),
    refetchInterval: OFTEN_MS,
    enabled,
  });
}

/** How many wait for this therapist's yes or no. */
export function useCareRequests(me: Me | null): number {
  const cares = useCares(me?.roles.includes("therapist") ?? false);
  return cares.data?.requests.length ?? 0;
}

/** Who could take over this care. */
export function useColleagues(careId: string) {
  const asked = new URLSearchParams({ care_id: careId });
  return useQuery({
    queryKey: ["colleagues", careId],
    queryFn: ({ signal }) =>
      request<Colleagues>("GET", `/therapist/colleagues?${asked}`, { signal }),
  });
}

/** Who waits, the longest first, as many pages as were asked for. */
export function useQueue() {
  return useInfiniteQuery({
    queryKey: QUEUE,
    queryFn: ({ signal, pageParam }) => {
      const cursor = pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : "";
      return request<Schemas["QueueReply"]>("GET", `/staff/waiting?limit=50${cursor}`, { signal });
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    refetchInterval: OFTEN_MS,
  });
}

export function usePlaces() {
  return useQuery({
    queryKey: PLACES,
    queryFn: ({ signal }) => request<Schemas["PlacesReply"]>("GET", "/staff/places", { signal }),
    refetchInterval: OFTEN_MS,
  });
}
