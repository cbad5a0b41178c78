/** What is free in a month: asked of one therapist, or of everybody at once; both come in one shape. */
import type { FreeTimes, Slots } from "../api/types";
import type { request } from "../shared/api";
import { firstOfMonth, lastOfMonth } from "../shared/month/month";

/** A start, and who is free then. */
export interface Free {
  starts_at: string;
  therapist_ids: readonly string[];
}

export interface Found {
  free: Free[];
  /** Where nothing is: the next start after the month, else the first of all. */
  nextFreeAt: string | null;
}

export interface Wanted {
  /** null: anybody. */
  therapistId: string | null;
  /** null: the therapist's first kind of session. */
  kindId: string | null;
  /** Only of those who speak it; for anybody. */
  language: string | null;
  month: string;
  zone: string;
}

export async function lookUp(ask: typeof request, wanted: Wanted): Promise<Found> {
  const { therapistId, month, zone } = wanted;
  const days = { from: firstOfMonth(month), to: lastOfMonth(month), tz: zone };
  if (therapistId === null) {
    const query = queryOf({ ...days, language: wanted.language });
    const { times, next_free_at } = await ask<FreeTimes>("GET", `/booking/times?${query}`);
    return { free: times, nextFreeAt: next_free_at };
  }
  const only = { therapist_id: therapistId, session_type_id: wanted.kindId };
  const query = queryOf({ ...only, ...days });
  const { slots, next_free_at } = await ask<Slots>("GET", `/booking/slots?${query}`);
  const free = slots.map(({ starts_at }) => ({ starts_at, therapist_ids: [therapistId] }));
  return { free, nextFreeAt: next_free_at };
}

function queryOf(values: Record<string, string | null>): URLSearchParams {
  const given = Object.entries(values).filter((each): each is [string, string] => each[1] !== null);
  return new URLSearchParams(given);
}
