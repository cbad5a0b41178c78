/** What is wrong with what was typed, as keys of texts. Whether it is the right password only the server knows. */

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

type Fault =
  "app.sign_in.email_missing" | "app.sign_in.email_wrong" | "app.sign_in.password_missing";

export interface Faults {
  readonly email: Fault | null;
  readonly password: Fault | null;
}

/** Wide on purpose: the server decides; this only catches what is surely unfinished. */
const MAIL_SHAPE = /^[^\s@]+@[^\s@]+$/;

export function mailFault(email: string): Faults["email"] {
  if (email.trim() === "") return "app.sign_in.email_missing";
  return MAIL_SHAPE.test(email.trim()) ? null : "app.sign_in.email_wrong";
}

export function faultsOf({ email, password }: Credentials): Faults {
  return {
    email: mailFault(email),
    password: password === "" ? "app.sign_in.password_missing" : null,
  };
}

export function firstFault(faults: Faults): keyof Faults | null {
  if (faults.email) return "email";
  return faults.password ? "password" : null;
}

/** Whole seconds until a throttled person may try again; null when the refusal names no time. */
export function secondsLeft(
  retryAfterS: unknown,
  refusedAtMs: number,
  nowMs: number,
): number | null {
  if (typeof retryAfterS !== "number" || !Number.isFinite(retryAfterS)) return null;
  return Math.max(0, Math.ceil(retryAfterS - (nowMs - refusedAtMs) / 1000));
}
