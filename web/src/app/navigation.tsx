/**
 * The address bar as state, and links which change it without loading the page again. The map of pages is routes.ts;
 * addresses of the join bundle (rooms, booking links) are loaded by the browser.
 */
import { type AnchorHTMLAttributes, type MouseEvent, type Ref, useSyncExternalStore } from "react";
import { placeAt } from "./routes";

const MOVED = "todoku:moved";

/** Goes to an address; `replace` leaves no way back to the present one. */
export function go(address: string, options: { replace?: boolean } = {}): void {
  const path = address.split(/[?#]/)[0] ?? "/";
  if (placeAt(path).page === "not-found") {
    location.assign(address);
    return;
  }
  if (options.replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  window.dispatchEvent(new Event(MOVED));
}

export function usePathname(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

export function useSearch(): string {
  return useSyncExternalStore(subscribe, () => location.search);
}

function subscribe(changed: () => void): () => void {
  window.addEventListener("popstate", changed);
  window.addEventListener(MOVED, changed);
  return () => {
    window.removeEventListener("popstate", changed);
    window.removeEventListener(MOVED, changed);
  };
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & {
  href: string;
  ref?: Ref<HTMLAnchorElement>;
};

/** An ordinary link to one of this bundle's pages: it may be opened in a new tab as any other. */
export function PageLink({ href, onClick, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (event.defaultPrevented || elsewhere || event.button !== 0) return;
    event.preventDefault();
    go(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
