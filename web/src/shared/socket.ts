/**
 * Socket.IO as this client uses it: WebSocket only, msgpack, every client event
 * acknowledged with {ok, ...}. An ack that says no, or none in time, is an ApiError.
 *
 * Reconnecting is socket.io-client's; what to do after it is the caller's.
 */
import { Manager, type Socket } from "socket.io-client";
import * as parser from "socket.io-msgpack-parser";
import { ApiError } from "./api";

type Listener<T> = (payload: T) => void;

/** Event names with their payloads, per direction. */
export interface Protocol {
  /** Client event -> [payload, what a positive ack carries]. */
  send: Record<string, [object, object]>;
  receive: Record<string, object>;
}

const ACK_TIMEOUT_MS = 8_000;

let manager: Manager | undefined;

function theManager(): Manager {
  manager ??= new Manager(location.origin, {
    parser,
    path: "/socket.io",
    transports: ["websocket"],
    autoConnect: false,
    reconnectionDelay: 300,
    reconnectionDelayMax: 4_000,
    randomizationFactor: 0.4,
    timeout: 8_000,
  });
  return manager;
}

/**
 * Begins to connect while it is still being asked whether one may come in. Returns how
 * to give that up; the server hangs up on a connection that asks for nothing.
 */
export function connectAhead(): () => void {
  const ahead = theManager();
  ahead.open();
  return () => ahead._close();
}

export interface Channel<P extends Protocol> {
  readonly connected: boolean;
  open(): void;
  close(): void;
  ask<E extends keyof P["send"] & string>(
    event: E,
    payload: P["send"][E][0],
  ): Promise<P["send"][E][1]>;
  on<E extends keyof P["receive"] & string>(
    event: E,
    listener: Listener<P["receive"][E]>,
  ): () => void;
  /** Called at every (re)connection, and at once if already connected. */
  onUp(listener: () => void): () => void;
  onDown(listener: (reason: string) => void): () => void;
  /** The server refused this namespace (e.g. the grant is no longer good). */
  onRefused(listener: (error: ApiError) => void): () => void;
}

/** `auth` is asked again at every reconnection, so it can carry a fresher grant. */
export function openChannel<P extends Protocol>(
  namespace: "/call" | "/chat",
  auth: () => object,
): Channel<P> {
  const socket = theManager().socket(namespace, { auth: (give) => give(auth()) });
  return {
    get connected() {
      return socket.connected;
    },
    open: () => void socket.connect(),
    close: () => void socket.disconnect(),
    ask: (event, payload) => ask(socket, event, payload) as Promise<never>,
    on: (event, listener) => listen(socket, event, listener as (payload: never) => void),
    onUp: (listener) => {
      if (socket.connected) listener();
      return listen(socket, "connect", listener);
    },
    onDown: (listener) => listen(socket, "disconnect", listener),
    onRefused: (listener) =>
      listen(socket, "connect_error", (error: Error) => {
        // While the manager itself is away, `active` stays true: that is not a refusal.
        if (!socket.active) listener(refusal(error));
      }),
  };
}

async function ask(socket: Socket, event: string, payload: object): Promise<object> {
  if (!socket.connected) throw new ApiError({ code: "network_failed" });
  let answer: unknown;
  try {
    answer = await socket.timeout(ACK_TIMEOUT_MS).emitWithAck(event, payload);
  } catch {
    throw new ApiError({ code: "timeout" });
  }
  return readAck(answer);
}

/** An ack's content, or its error thrown. */
export function readAck(answer: unknown): object {
  const ack = asObject(answer);
  if (ack["ok"] === true) return ack;
  throw errorOf(asObject(ack["error"]));
}

function refusal(error: Error & { data?: unknown }): ApiError {
  const data = asObject(error.data);
  const inner = asObject(data["error"]);
  return errorOf("code" in inner ? inner : data, error.message);
}

function errorOf(problem: Record<string, unknown>, fallbackDetail = ""): ApiError {
  const { code, detail, ...extra } = problem;
  return new ApiError({
    code: typeof code === "string" ? code : "internal",
    detail: typeof detail === "string" ? detail : fallbackDetail,
    extra,
  });
}

function listen(socket: Socket, event: string, listener: (payload: never) => void): () => void {
  const heard = listener as (...values: unknown[]) => void;
  socket.on(event, heard);
  return () => void socket.off(event, heard);
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
