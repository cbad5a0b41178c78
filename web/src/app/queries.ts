/** What the pages ask the server for, how often, and what a lost session does. Sentences for failures are shared/errors.ts's. */
import { QueryCache, QueryClient, useQuery } from "@tanstack/react-query";
import type {
  Me,
  OpsRooms,
  OwnSessions,
  Practice,
  RoomDevices,
  TherapistSessions,
} from "../api/types";
import { ApiError, asApiError, request } from "../shared/api";
import { serverNow } from "../shared/clock";

export const ME = ["me"] as const;
export const SESSIONS = ["sessions"] as const;
export const REQUESTS = ["requests"] as const;
export const ROOMS = ["rooms"] as const;
export const OWN = ["own"] as const;
const PRACTICE = ["practice"] as const;
export const DEVICES = ["devices"] as const;

/** One answer with the time it came, so that old figures can say how old they are. */
export interface LiveRooms extends OpsRooms {
  receivedAtMs: number;
}

const POLL_TIMEOUT_MS = 5_000;

export function createQueries(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => forgetWhenSignedOut(client, error) }),
    defaultOptions: {
      // "always": navigator.onLine is wrong often enough, and a real failure has a sentence.
      queries: { retry: worthRetrying, networkMode: "always", staleTime: 2_000 },
      mutations: {
        networkMode: "always",
        onError: (error) => forgetWhenSignedOut(client, error),
      },
    },
  });
  return client;
}

/** A 401 anywhere means that the session ended: the guard then asks to sign in again. */
function forgetWhenSignedOut(client: QueryClient, error: unknown): void {
  if (asApiError(error).status === 401 && client.getQueryData(ME)) client.setQueryData(ME, null);
}

function worthRetrying(count: number, error: unknown): boolean {
  const { status } = asApiError(error);
  return count < 2 && (status === 0 || status >= 500);
}

/** Who is signed in; null: nobody. */
export function useMe() {
  return useQuery({
    queryKey: ME,
    queryFn: fetchMe,
    retry: false,
    staleTime: 60_000,
    refetchInterval: (query) => (query.state.status === "error" ? 3_000 : false),
  });
}

async function fetchMe({ signal }: { signal: AbortSignal }): Promise<Me | null> {
  try {
    return await request<Me>("GET", "/me", { signal, timeoutMs: POLL_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** One day's sessions; null: today, as the therapist's own zone has it. */
export function useSessions(day: string | null) {
  const range = day ? `?from=${day}&to=${day}` : "";
  return useQuery({
    queryKey: [...SESSIONS, day],
    queryFn: ({ signal }) =>
      request<TherapistSessions>("GET", `/therapist/sessions${range}`, {
        signal,
        timeoutMs: POLL_TIMEOUT_MS,
      }),
    retry: false,
  });
}

/** What waits for the therapist's answer, on whatever day; `asked`: whether somebody here answers at all. */
export function useRequests(asked = true) {
  return useQuery({
    queryKey: REQUESTS,
    queryFn: ({ signal }) =>
      request<TherapistSessions>("GET", "/therapist/requests", {
        signal,
        timeoutMs: POLL_TIMEOUT_MS,
      }),
    enabled: asked,
    refetchInterval: 30_000,
  });
}

export function usePractice() {
  return useQuery({
    queryKey: PRACTICE,
    queryFn: ({ signal }) => request<Practice>("GET", "/therapist/practice", { signal }),
    // A practice that is not set up yet may be, by and by.
    refetchInterval: (query) => (query.state.status === "error" ? 15_000 : false),
  });
}

/** A client's own sessions; asked again now and then, since a session may be moved or called off. */
export function useOwnSessions() {
  return useQuery({
    queryKey: OWN,
    queryFn: ({ signal }) => request<OwnSessions>("GET", "/bookings", { signal }),
    refetchInterval: 30_000,
  });
}

/** The cameras and screens in a room; asked often, as one is waited for while this is open. */
export function useRoomDevices(roomId: string) {
  return useQuery({
    queryKey: [...DEVICES, roomId],
    queryFn: ({ signal }) =>
      request<RoomDevices>("GET", `/rooms/${roomId}/devices`, {
        signal,
        timeoutMs: POLL_TIMEOUT_MS,
      }),
    refetchInterval: 2_000,
    retry: false,
  });
}

export function useRooms() {
  return useQuery({
    queryKey: ROOMS,
    queryFn: fetchRooms,
    refetchInterval: 1_000,
    retry: false,
    staleTime: 0,
  });
}

async function fetchRooms({ signal }: { signal: AbortSignal }): Promise<LiveRooms> {
  const answer = await request<OpsRooms>("GET", "/ops/rooms", {
    signal,
    timeoutMs: POLL_TIMEOUT_MS,
  });
  return { ...answer, receivedAtMs: serverNow() };
}
