/** Pure: what came of a request, as whoever waits for it is told. */

export interface Standing {
  status: string;
  cancelled_by?: string | null;
}

export type Answer = "taken" | "declined";

export function isAwaited({ status }: Standing): boolean {
  return status === "requested";
}

/** null: nothing yet, or nothing to be told: who took it back themselves knows. */
export function answerOf({ status, cancelled_by }: Standing): Answer | null {
  if (status === "confirmed") return "taken";
  return status === "cancelled" && cancelled_by !== "client" ? "declined" : null;
}
