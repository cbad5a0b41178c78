/** Pure: what a booking form holds and what is wrong with it. */

export interface Details {
  name: string;
  email: string;
}

export type FieldProblem = "required" | "too_long" | "not_an_email" | "refused";
export type DetailProblems = Partial<Record<keyof Details, FieldProblem>>;

const NAME_MAX = 100;
const EMAIL_MAX = 254;
/** One @, no spaces, a dot in the domain. Whether mail arrives only mail can tell. */
const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

export function checkDetails(details: Details): DetailProblems {
  const { name, email } = tidy(details);
  const problems: DetailProblems = {};
  if (!name) problems.name = "required";
  else if (name.length > NAME_MAX) problems.name = "too_long";
  if (!email) problems.email = "required";
  else if (email.length > EMAIL_MAX) problems.email = "too_long";
  else if (!EMAIL.test(email)) problems.email = "not_an_email";
  return problems;
}

/** Without the spaces around; a full-width @ or letters from a Japanese keyboard made plain. */
export function tidy({ name, email }: Details): Details {
  return { name: name.trim(), email: email.normalize("NFKC").trim() };
}

/** Which of our fields the server's `errors` name. */
export function problemsFrom(extra: Record<string, unknown>): DetailProblems {
  const errors = Array.isArray(extra["errors"]) ? (extra["errors"] as unknown[]) : [];
  const fields = errors.map((error) => String((error as { field?: unknown } | null)?.field));
  const problems: DetailProblems = {};
  for (const field of ["name", "email"] as const) {
    if (fields.includes(field)) problems[field] = field === "email" ? "not_an_email" : "refused";
  }
  return problems;
}
