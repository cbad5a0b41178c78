/**
 * Asking the server with a link's session. Such a session ends when the page has stood
 * open for a day; the link that it came from opens another one, without a word.
 */
import { type ApiError, type request, asApiError } from "../shared/api";

type Ask = typeof request;

/** `open` exchanges the link. After a second refusal the error is the caller's. */
export function askingByLink(ask: Ask, open: () => Promise<unknown>): Ask {
  return async <T>(...asked: Parameters<Ask>): Promise<T> => {
    try {
      return await ask<T>(...asked);
    } catch (error) {
      if (!hasEnded(asApiError(error))) throw error;
      await open();
      return ask<T>(...asked);
    }
  };
}

function hasEnded(error: ApiError): boolean {
  return error.code === "unauthenticated";
}
