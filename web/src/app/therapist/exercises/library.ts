/** What the exercise library asks and changes; what is looked for stands in the address (pure at the end). */
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import type { components } from "../../../api/schema";
import { request } from "../../../shared/api";

type Schemas = components["schemas"];
export type Summary = Schemas["ExerciseSummary"];
export type Exercise = Schemas["ExerciseReply"];
export type Dose = Schemas["DoseReply"];
export type Region = Summary["region"];
export type Posture = Summary["posture"];
export type Tag = Summary["tags"][number];

export const LIBRARY = "/therapist/exercises";
export const REGIONS: readonly Region[] = ["neck", "shoulder", "low_back"];
export const POSTURES: readonly Posture[] = ["sitting", "standing", "lying", "four_point"];
export const TAGS: readonly Tag[] = [
  "desk",
  "no_equipment",
  "chair",
  "wall",
  "mat",
  "mobility",
  "strength",
  "stretch",
  "breathing",
  "balance",
];
export const SPEEDS = [0.5, 0.75, 1] as const;

const EXERCISES = ["exercises"] as const;
const PATH = "/exercises";
const CLIP_ASKED_EVERY_MS = 2_500;

/** What is looked for; "" leaves it open. */
export interface Wanted {
  readonly q: string;
  readonly region: Region | "";
  readonly posture: Posture | "";
  readonly tag: Tag | "";
  readonly favourites: boolean;
}

export const EVERYTHING: Wanted = { q: "", region: "", posture: "", tag: "", favourites: false };

export function useExercises(wanted: Wanted) {
  return useInfiniteQuery({
    queryKey: [...EXERCISES, "list", wanted],
    queryFn: ({ signal, pageParam }) => {
      const asked = paramsOf(wanted);
      if (pageParam) asked.set("cursor", pageParam);
      return request<Schemas["ExercisesReply"]>("GET", `${PATH}?${asked}`, { signal });
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
}

/** One exercise; asked again while its clip is being made. */
export function useExercise(id: string) {
  return useQuery({
    queryKey: [...EXERCISES, "one", id],
    queryFn: ({ signal }) => request<Exercise>("GET", `${PATH}/${id}`, { signal }),
    refetchInterval: (query) =>
      query.state.data?.clip_ready === false ? CLIP_ASKED_EVERY_MS : false,
  });
}

export function useMark() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (asked: { id: string; favourite: boolean }) =>
      request(asked.favourite ? "PUT" : "DELETE", `${PATH}/${asked.id}/favourite`),
    onSettled: () => queries.invalidateQueries({ queryKey: EXERCISES }),
  });
}

/** As the server and the address take it; what is open is left out. */
export function paramsOf(wanted: Wanted): URLSearchParams {
  const found = new URLSearchParams();
  for (const name of ["q", "region", "posture", "tag"] as const) {
    if (wanted[name]) found.set(name, wanted[name]);
  }
  if (wanted.favourites) found.set("favourites", "true");
  return found;
}

/** What an address asks for; what is unknown counts as open. */
export function wantedIn(search: string): Wanted {
  const asked = new URLSearchParams(search);
  const known = <Word extends string>(name: string, words: readonly Word[]): Word | "" =>
    words.find((word) => word === asked.get(name)) ?? "";
  return {
    q: (asked.get("q") ?? "").slice(0, 100),
    region: known("region", REGIONS),
    posture: known("posture", POSTURES),
    tag: known("tag", TAGS),
    favourites: asked.get("favourites") === "true",
  };
}

export function addressOf(wanted: Wanted): string {
  const params = paramsOf(wanted).toString();
  return params ? `${LIBRARY}?${params}` : LIBRARY;
}

export function isEverything(wanted: Wanted): boolean {
  return paramsOf(wanted).size === 0;
}
