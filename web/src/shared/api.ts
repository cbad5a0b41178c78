/**
 * One way to ask the server for something. Every failure (refusal, bad answer,
 * timeout, no network) is an ApiError with a stable `code`; nothing else is thrown.
 *
 * Sentences for codes live in the locales, not here.
 */
import { learnServerTime } from "./clock";

/** Which of the two cookies a request speaks for. */
export type SessionKind = "account" | "link";

export interface Problem {
  code: string;
  status: number;
  detail: string;
  extra: Record<string, unknown>;
}

export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  /** Members beside the standard ones, e.g. `alternatives`, `opens_at`, `errors`. */
  readonly extra: Record<string, unknown>;

  constructor(problem: Partial<Problem> & { code: string }) {
    super(problem.code);
    this.name = "ApiError";
    this.code = problem.code;
    this.status = problem.status ?? 0;
    this.detail = problem.detail ?? "";
    this.extra = problem.extra ?? {};
  }
}

export interface RequestOptions {
  session?: SessionKind;
  body?: unknown;
  idempotencyKey?: string;
  ifMatch?: string | number;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Go on even if the page is being left (leaving a room, giving back a hold). */
  keepalive?: boolean;
}

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

const DEFAULT_TIMEOUT_MS = 15_000;
const PROBLEM_MEMBERS = new Set(["type", "title", "status", "code", "detail"]);

export async function request<T>(
  method: Method,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const sentAt = Date.now();
  const response = await send(method, path, options);
  learnServerTime(response.headers.get("Date"), sentAt, Date.now());
  if (response.status === 204) return undefined as T;
  const data = await readJson(response);
  if (!response.ok) throw problemToError(response.status, data);
  return data as T;
}

/** Any thrown value as an ApiError, so that screens handle one type. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError({ code: "client_failed", detail: String(error) });
}

async function send(method: Method, path: string, options: RequestOptions): Promise<Response> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const init: RequestInit = {
    method,
    signal,
    headers: headersOf(options),
    credentials: "same-origin",
    keepalive: options.keepalive ?? false,
  };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  try {
    return await fetch(`/api${path}`, init);
  } catch (cause) {
    throw networkError(cause);
  }
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {
    Accept: "application/json",
    "Todoku-Session": options.session ?? "account",
  };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  if (options.ifMatch !== undefined) headers["If-Match"] = `"${options.ifMatch}"`;
  return headers;
}

function networkError(cause: unknown): ApiError {
  const name = cause instanceof DOMException ? cause.name : "";
  if (name === "TimeoutError") return new ApiError({ code: "timeout" });
  if (name === "AbortError") return new ApiError({ code: "aborted" });
  return new ApiError({ code: "network_failed", detail: String(cause) });
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

function problemToError(status: number, data: unknown): ApiError {
  if (typeof data !== "object" || data === null) {
    return new ApiError({ code: status >= 500 ? "unavailable" : "internal", status });
  }
  const members = data as Record<string, unknown>;
  const code = typeof members["code"] === "string" ? members["code"] : "internal";
  const detail = typeof members["detail"] === "string" ? members["detail"] : "";
  const extra = Object.fromEntries(
    Object.entries(members).filter(([name]) => !PROBLEM_MEMBERS.has(name)),
  );
  return new ApiError({ code, status, detail, extra });
}
