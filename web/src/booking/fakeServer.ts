/** A server for tests of booking: one therapist, one free time; every answer can be changed. */
import { ApiError, type RequestOptions, type request } from "../shared/api";
import { byLink } from "./asker";
import { BookingFlow } from "./flow";

export const SLOT = { starts_at: "2026-11-24T01:00:00Z", ends_at: "2026-11-24T01:45:00Z" };
export const LATER = { starts_at: "2026-11-24T02:00:00Z", ends_at: "2026-11-24T02:45:00Z" };
export const THERAPIST = {
  therapist_id: "t1",
  name: "佐藤",
  headline: { ja: "" },
  languages: ["ja"],
  licence_kind: "",
  next_free_at: SLOT.starts_at,
  kinds: [{ session_type_id: null, name: { ja: "面談" }, session_minutes: 45, approval: false }],
};
export const OTHER = {
  ...THERAPIST,
  therapist_id: "t2",
  languages: ["en", "ja"],
  next_free_at: null,
};
export const KINDS = [
  { session_type_id: "long", name: { ja: "長い面談" }, session_minutes: 45, approval: true },
  { session_type_id: "short", name: { ja: "短い面談" }, session_minutes: 20, approval: false },
];
export const HOLD = {
  hold_id: "h1",
  therapist_id: "t1",
  ...SLOT,
  expires_at: "2026-11-24T00:05:00Z",
};

export const FREE = { starts_at: SLOT.starts_at, therapist_ids: ["t1"] };

export type Answer = (options: RequestOptions) => unknown;

export class FakeServer {
  readonly paths: string[] = [];
  readonly asked: { route: string; options: RequestOptions }[] = [];
  readonly answers: Record<string, Answer> = {
    "POST /links/exchange": () => ({ purpose: "booking", scope: {} }),
    "GET /booking/therapists": () => ({
      therapists: [THERAPIST],
      session_minutes: 45,
      answer_within_h: 24,
      own_therapist: false,
    }),
    "GET /booking/slots": () => ({ slots: [SLOT], next_free_at: null }),
    "GET /booking/times": () => ({
      times: [{ starts_at: SLOT.starts_at, therapist_ids: ["t2", "t1"] }],
      next_free_at: null,
    }),
    "POST /booking/holds": ({ body }) => {
      const { starts_at } = body as { starts_at: string };
      const ends_at = starts_at === LATER.starts_at ? LATER.ends_at : SLOT.ends_at;
      return { ...HOLD, starts_at, ends_at };
    },
    "DELETE /booking/holds/h1": () => undefined,
    "POST /bookings": () => ({ booking_id: "b1" }),
  };

  ask = (async (method: string, path: string, options: RequestOptions = {}) => {
    await Promise.resolve();
    const route = `${method} ${path.split("?")[0]}`;
    this.asked.push({ route, options });
    this.paths.push(path);
    return await this.answers[route]?.(options);
  }) as typeof request;

  refuse(route: string, code: string, extra: Record<string, unknown> = {}): void {
    this.answers[route] = () => {
      throw new ApiError({ code, extra });
    };
  }

  calls(route: string): RequestOptions[] {
    return this.asked.filter((each) => each.route === route).map((each) => each.options);
  }
}

export function flowOn(
  server: FakeServer,
  at = Date.parse("2026-11-24T00:00:00Z"),
  asker = byLink(server.ask, "token"),
): BookingFlow {
  return new BookingFlow(asker, {
    now: () => at,
    zone: "Asia/Tokyo",
    language: () => "ja",
  });
}
