/** One's personal calendars and one's own feed, asked and changed; and which words fit a problem (pure). */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { components } from "../../../api/schema";
import { type Method, asApiError, request } from "../../../shared/api";
import { useAttempt } from "../../deciding";
import { WEEK } from "./usePace";

type Schemas = components["schemas"];
export type PersonalCalendar = Schemas["CalendarReply"];
type Calendars = Schemas["CalendarsReply"];

export const MOST_CALENDARS = 5;
const CALENDARS = ["calendars"] as const;
const FEED = ["feed"] as const;
/** The calendar is asked for, and read, before the answer comes. */
const LONGEST_MS = 45_000;

/** Some of the server's words ask the same of a therapist. */
const WORDS = {
  address_invalid: "address",
  address_refused: "address",
  unreachable: "away",
  timed_out: "away",
  too_many_redirects: "away",
  refused: "away",
  not_allowed: "not_allowed",
  not_found: "not_found",
  not_a_calendar: "no_calendar",
  unreadable: "no_calendar",
  too_large: "too_much",
  too_many_events: "too_much",
  too_costly: "too_much",
} as const;

export type ProblemWord = (typeof WORDS)[keyof typeof WORDS];

export function wordFor(problem: string): ProblemWord {
  return Object.hasOwn(WORDS, problem) ? WORDS[problem as keyof typeof WORDS] : "away";
}

/** What is wrong with the address that was given; null: something else was refused. */
export function addressProblem(error: unknown): ProblemWord | null {
  if (!error) return null;
  const found = asApiError(error).extra["errors"];
  const errors = Array.isArray(found)
    ? (found as ({ field?: unknown; rule?: unknown } | null)[])
    : [];
  const about = errors.find((each) => each?.field === "url");
  return about ? wordFor(String(about.rule)) : null;
}

export function useCalendars() {
  return useQuery({
    queryKey: CALENDARS,
    queryFn: ({ signal }) => request<Calendars>("GET", "/therapist/pace/calendars", { signal }),
    refetchInterval: 60_000,
  });
}

export interface CalendarChange {
  readonly method: Method;
  /** Below the list's own. */
  readonly path: string;
  readonly body?: { url: string; label: string };
}

/** Every answer is the whole list. */
export function useCalendarChange() {
  const queries = useQueryClient();
  const attempt = useAttempt();
  return useMutation({
    mutationFn: ({ method, path, body }: CalendarChange) =>
      request<Calendars>(method, `/therapist/pace/calendars${path}`, {
        body,
        idempotencyKey: attempt.keyFor(JSON.stringify([method, path, body])),
        timeoutMs: LONGEST_MS,
      }),
    onSuccess: (calendars) => {
      attempt.done();
      queries.setQueryData(CALENDARS, calendars);
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: CALENDARS });
      void queries.invalidateQueries({ queryKey: WEEK });
    },
  });
}

export function useFeed() {
  return useQuery({
    queryKey: FEED,
    queryFn: ({ signal }) =>
      request<Schemas["FeedReply"]>("GET", "/therapist/pace/feed", { signal }),
  });
}

/** A new address (the one before ends), or none any more: null. */
export function useFeedChange() {
  const queries = useQueryClient();
  const attempt = useAttempt();
  return useMutation({
    mutationFn: async (wanted: "make" | "end"): Promise<string | null> => {
      const path = "/therapist/pace/feed";
      if (wanted === "make") {
        const idempotencyKey = attempt.keyFor(wanted);
        return (await request<Schemas["FeedAddressReply"]>("POST", path, { idempotencyKey })).url;
      }
      await request("DELETE", path);
      return null;
    },
    onSuccess: (url) => {
      attempt.done();
      queries.setQueryData(FEED, { active: url !== null });
    },
    // Made before, and ended since: pressed again, it is a new wish.
    onError: (error) => {
      if (asApiError(error).code === "gone") attempt.done();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: FEED }),
  });
}
