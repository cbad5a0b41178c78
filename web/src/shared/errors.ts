/**
 * A sentence for every error code: what happened and what to do next, in the
 * visitor's language. A code without a sentence gets the general one.
 */
import type { TFunction } from "i18next";
import type sharedJa from "./locales/ja.json";
import { asApiError } from "./api";

type ErrorCode = keyof typeof sharedJa.errors;

export interface ErrorText {
  code: string;
  title: string;
  next: string;
}

export function errorText(t: TFunction, error: unknown): ErrorText {
  const { code, extra } = asApiError(error);
  const known = code as ErrorCode;
  const values = numbersOf(extra);
  return {
    code,
    title: t([`errors.${known}.title`, "errors.internal.title"], values),
    next: t([`errors.${known}.next`, "errors.internal.next"], values),
  };
}

/** The fields that the server found fault with. */
export function refusedFields(error: unknown): ReadonlySet<string> {
  const errors = error ? asApiError(error).extra["errors"] : null;
  const found = Array.isArray(errors) ? (errors as ({ field?: unknown } | null)[]) : [];
  return new Set(found.map((each) => String(each?.field)));
}

function numbersOf(extra: Record<string, unknown>): Record<string, number> {
  const seconds = extra["retry_after_s"];
  return typeof seconds === "number" ? { minutes: Math.max(1, Math.ceil(seconds / 60)) } : {};
}
