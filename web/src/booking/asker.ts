/** Who books, and how they ask the server: somebody with a booking link, or a client who signed in. */
import type { LinkExchange, Me } from "../api/types";
import type { request } from "../shared/api";
import { askingByLink } from "../join/linkSession";

export interface Asker {
  /** From the start: the server has their name and address. With a link it is `greet` that tells. */
  known: boolean;
  ask: typeof request;
  /** Begins; their name where the server knows who it is. Fails where they may not ask at all. */
  greet: () => Promise<string | null>;
}

export function byLink(ask: typeof request, token: string): Asker {
  const exchange = () => ask<LinkExchange>("POST", "/links/exchange", { body: { token } });
  const again = askingByLink(ask, exchange);
  return {
    known: false,
    ask: (method, path, options) => again(method, path, { session: "link", ...options }),
    greet: async () => (await exchange()).name ?? null,
  };
}

export function signedIn(ask: typeof request): Asker {
  return { known: true, ask, greet: async () => (await ask<Me>("GET", "/me")).name };
}
