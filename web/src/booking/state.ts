/** What a booking's page knows: which step, what was chosen, what the server said. */
import type { Alternative, Booking, Hold, Kind, Slot, Therapist, Therapists } from "../api/types";
import type { ApiError } from "../shared/api";
import { monthOf } from "../shared/month/month";
import type { Moved } from "../shared/moved";
import type { DetailProblems, Details } from "./form";
import type { Free } from "./lookup";
import type { Occurrence, Repeat, SeriesMade } from "./series";

export type Step = "therapists" | "times" | "details" | "done";

/** A therapist first and then their times, or a time of anybody. */
export type By = "therapist" | "time";

export interface BookingState {
  /** Who signed in, or came with a link of their own: their name and address are not asked for. */
  known: boolean;
  step: Step;
  by: By;
  /** The link itself does not work: nothing else can be done. */
  fatal: ApiError | null;
  /** The last thing that failed; the page stays usable. */
  problem: ApiError | null;
  busy: "" | "therapists" | "slots" | "hold" | "booking";
  zone: string;
  offer: Therapists | null;
  /** By time: nobody until a time is picked. */
  therapistId: string | null;
  /** null: the therapist's first kind of session. */
  kindId: string | null;
  /** By time: only of those who speak it. */
  language: string | null;
  /** "2026-11" */
  month: string;
  free: Free[];
  nextFreeAt: string | null;
  /** The times could not be fetched: there may be some. */
  slotsFailed: boolean;
  picked: Slot | null;
  hold: Hold | null;
  holdOver: boolean;
  alternatives: Alternative[];
  details: Details;
  fieldProblems: DetailProblems;
  booking: Booking | null;
  /** null: just once. */
  repeat: Repeat | null;
  /** Dates of a series for which another time is taken. */
  moved: Moved[];
  /** Every date of a series as it stands; null: not looked at yet. */
  outlook: Occurrence[] | null;
  /** What stands in `outlook` may be out of date. */
  isLooking: boolean;
  series: SeriesMade | null;
}

export function atFirst(zone: string, now: number, known: boolean): BookingState {
  return {
    known,
    step: "therapists",
    by: "therapist",
    fatal: null,
    problem: null,
    busy: "therapists",
    zone,
    offer: null,
    therapistId: null,
    kindId: null,
    language: null,
    month: monthOf(now, zone),
    free: [],
    nextFreeAt: null,
    slotsFailed: false,
    picked: null,
    hold: null,
    holdOver: false,
    alternatives: [],
    details: { name: "", email: "" },
    fieldProblems: {},
    booking: null,
    repeat: null,
    moved: [],
    outlook: null,
    isLooking: false,
    series: null,
  };
}

const LEFT = [
  "known",
  "step",
  "by",
  "therapistId",
  "kindId",
  "language",
  "month",
  "picked",
  "hold",
  "zone",
  "details",
  "repeat",
  "moved",
] as const;

/** What a reload, or Forward, takes up again. */
export type LeftOff = Pick<BookingState, (typeof LEFT)[number]>;

export function leftOffOf(state: BookingState): LeftOff {
  return Object.fromEntries(LEFT.map((name) => [name, state[name]])) as unknown as LeftOff;
}

export function therapistOf(state: BookingState, id: string | null): Therapist | undefined {
  return state.offer?.therapists.find((each) => each.therapist_id === id);
}

/** Whether it is picked already; the dates of a series are those of its therapist's wall. */
export function isPicked(state: BookingState, slot: Slot, therapistId: string | null): boolean {
  const { picked, therapistId: before } = state;
  const same = slot.starts_at === picked?.starts_at && slot.ends_at === picked.ends_at;
  return same && therapistId === before;
}

/** The kind of session that is chosen. */
export function kindOf(state: BookingState): Kind | undefined {
  const kinds = therapistOf(state, state.therapistId)?.kinds ?? [];
  return kinds.find((each) => each.session_type_id === state.kindId) ?? kinds[0];
}

/** Whether one can choose at all whom to meet. */
export function hasChoice({ offer }: BookingState): boolean {
  return offer !== null && offer.therapists.length > 1;
}

/** In care, the first is their own therapist; every other one covers during a leave. */
export function isCover({ offer }: BookingState, id: string | null): boolean {
  return Boolean(offer?.own_therapist && offer.therapists[0]?.therapist_id !== id);
}

/** The languages that not all of them speak: by these one may choose. */
export function languagesToChoose({ offer }: BookingState): string[] {
  const spoken = offer?.therapists.map((each) => each.languages) ?? [];
  const all = [...new Set(spoken.flat())].sort();
  return all.some((one) => !spoken.every((each) => each.includes(one))) ? all : [];
}
