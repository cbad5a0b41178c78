/** Pure: what a booking says to the server. */
import { tidy } from "./form";
import type { BookingState } from "./state";

export function bookingBody(state: BookingState, locale: string): Record<string, unknown> {
  const { therapistId, kindId, hold, details, zone, picked, known } = state;
  return {
    therapist_id: therapistId,
    starts_at: picked?.starts_at,
    ...ofKind(kindId),
    ...(hold ? { hold_id: hold.hold_id } : {}),
    ...(known ? {} : tidy(details)),
    timezone: zone,
    locale,
  };
}

/** What names a kind of session. */
export function ofKind(kindId: string | null): { session_type_id?: string } {
  return kindId === null ? {} : { session_type_id: kindId };
}
