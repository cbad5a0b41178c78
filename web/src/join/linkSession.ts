/**
 * Asking the server with a link's session. Such a session ends when the page has stood
 * open for a day, and makes place for another link's that is opened in another tab; the
 * link that it came from opens it again, without a word.
 */
import { type ApiError, type request, asApiError } from "../shared/api";

type Ask = typeof request;

/** `open` exchanges the link. After a second refusal the error is the caller's. */
export function askingByLink(ask: Ask, open: () => Promise<unknown>): Ask {
  return async <T>(...asked: Parameters<Ask>): Promise<T> => {
    try {
      return await ask<T>(...asked);
    } catch (error) {
      if (!mayBeGone(asApiError(error))) throw error;
      await open();
      return ask<T>(...asked);
    }
  };
}

/** To another link's session what is ours is denied, or not there at all. */
function mayBeGone(error: ApiError): boolean {
  return ["unauthenticated", "denied", "not_found"].includes(error.code);
}
