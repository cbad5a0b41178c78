/**
 * Which page a path names, who may see it, and where a person belongs after signing in.
 * Pure; reading and changing the address bar is navigation.ts's.
 */

export type Role = "client" | "therapist" | "staff" | "employer_admin";

export type PageName =
  | "home"
  | "sign-in"
  | "sign-in-link"
  | "therapist"
  | "week"
  | "pace"
  | "clients"
  | "exercises"
  | "exercise"
  | "devices"
  | "staff"
  | "webhooks"
  | "waiting"
  | "not-found";

export interface Place {
  readonly page: PageName;
  /** The secret of a mailed link; only for "sign-in-link". */
  readonly token?: string;
  /** Only for "devices". */
  readonly roomId?: string;
  /** Only for "exercise". */
  readonly exerciseId?: string;
}

const FIXED: Readonly<Record<string, PageName>> = {
  "/": "home",
  "/sign-in": "sign-in",
  "/therapist": "therapist",
  "/therapist/week": "week",
  "/therapist/pace": "pace",
  "/therapist/clients": "clients",
  "/therapist/exercises": "exercises",
  "/staff": "staff",
  "/staff/webhooks": "webhooks",
  "/staff/waiting": "waiting",
};

/** Pages which need a role; every other page is open to all. */
const NEEDS: Readonly<Partial<Record<PageName, Role>>> = {
  therapist: "therapist",
  week: "therapist",
  pace: "therapist",
  clients: "therapist",
  exercises: "therapist",
  exercise: "therapist",
  devices: "therapist",
  staff: "staff",
  webhooks: "staff",
  waiting: "staff",
};

const HOMES: readonly (readonly [Role, string])[] = [
  ["therapist", "/therapist"],
  ["staff", "/staff"],
];

export function placeAt(pathname: string): Place {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, "") || "/" : pathname;
  const fixed = Object.hasOwn(FIXED, path) ? FIXED[path] : undefined;
  if (fixed) return { page: fixed };
  const link = /^\/sign-in\/([^/]+)$/.exec(path);
  if (link?.[1]) return { page: "sign-in-link", token: link[1] };
  const room = /^\/therapist\/devices\/([\w-]+)$/.exec(path);
  if (room?.[1]) return { page: "devices", roomId: room[1] };
  const exercise = /^\/therapist\/exercises\/([\w-]+)$/.exec(path);
  if (exercise?.[1]) return { page: "exercise", exerciseId: exercise[1] };
  return { page: "not-found" };
}

export function roleNeeded(page: PageName): Role | null {
  return NEEDS[page] ?? null;
}

/** The page of one's own work; home for those whose work is elsewhere (a client's link). */
export function homeOf(roles: readonly string[]): string {
  return HOMES.find(([role]) => roles.includes(role))?.[1] ?? "/";
}

/**
 * The wanted path after signing in, or null when it is not one of ours:
 * "//evil.example" and "/\evil.example" are other hosts to a browser.
 */
export function safeNext(wanted: string | null): string | null {
  if (!wanted || !/^\/(?![/\\])/.test(wanted)) return null;
  const path = wanted.split(/[?#]/)[0] ?? "";
  const needed = roleNeeded(placeAt(path).page);
  const ours = needed !== null || /^\/(room\/[\w-]+|book)$/.test(path);
  return ours ? wanted : null;
}

export function signInPath(wanted: string): string {
  return safeNext(wanted) ? `/sign-in?next=${encodeURIComponent(wanted)}` : "/sign-in";
}

/** Where a newly signed-in person goes: the wanted page when they may see it. */
export function afterSignIn(roles: readonly string[], wanted: string | null): string {
  const next = safeNext(wanted);
  if (!next) return homeOf(roles);
  const needed = roleNeeded(placeAt(next.split(/[?#]/)[0] ?? "").page);
  return needed && !roles.includes(needed) ? homeOf(roles) : next;
}
