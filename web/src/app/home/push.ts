/**
 * Messages that this browser shows while no page is open: asking for them, ending them, and whether they are on.
 * What is shown is public/push-worker.js's; on the screen it is PushChoice.tsx.
 */
import { request } from "../../shared/api";
import { Attempt } from "../../shared/attempt";

export type PushState = "unsupported" | "blocked" | "off" | "on";

const WORKER = "/push-worker.js";
const REMEMBERED = "todoku.push";
const attempt = new Attempt();

interface Remembered {
  person: string;
  id: string;
}

export async function pushState(person: string): Promise<PushState> {
  if (!supported()) return "unsupported";
  if (Notification.permission === "denied") return "blocked";
  const known = remembered();
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  const subscription = await registration?.pushManager.getSubscription();
  return subscription && known?.person === person ? "on" : "off";
}

/** Asks the browser (which asks the person), then tells the server. Gives what is so afterwards. */
export async function startPush(person: string): Promise<PushState> {
  if ((await Notification.requestPermission()) !== "granted") return pushState(person);
  await navigator.serviceWorker.register(WORKER);
  const { pushManager } = await navigator.serviceWorker.ready;
  const { key } = await request<{ key: string }>("GET", "/push/key");
  const subscription = await pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: keyBytes(key),
  });
  const { endpoint, keys } = subscription.toJSON();
  const body = { endpoint, keys };
  const made = await request<{ subscription_id: string }>("POST", "/push/subscriptions", {
    body,
    idempotencyKey: attempt.keyFor(JSON.stringify([person, body])),
  });
  attempt.done();
  remember({ person, id: made.subscription_id });
  return "on";
}

/** Ends them here first, so that nothing comes even when the server cannot be told. */
export async function stopPush(): Promise<PushState> {
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  const subscription = await registration?.pushManager.getSubscription();
  await subscription?.unsubscribe();
  const known = remembered();
  remember(null);
  if (known) await request("DELETE", `/push/subscriptions/${known.id}`).catch(() => undefined);
  return "off";
}

/** Base64 for addresses (RFC 4648 5) as bytes. */
export function keyBytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function supported(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

function remembered(): Remembered | null {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED) ?? "null") as Remembered | null;
  } catch {
    return null;
  }
}

function remember(what: Remembered | null): void {
  try {
    if (what) localStorage.setItem(REMEMBERED, JSON.stringify(what));
    else localStorage.removeItem(REMEMBERED);
  } catch {
    // A browser that keeps nothing asks again the next time.
  }
}
