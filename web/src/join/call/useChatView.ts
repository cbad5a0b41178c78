/**
 * Whether the chat is open, and how: beside the video, or on a small screen as a sheet
 * below it, which Escape closes too. Opening and closing take the focus along.
 */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { RefObject } from "react";
import { isConversion } from "../../shared/keys";

/** Where the chat fits beside the video, it is open from the start. */
const WIDE = "(min-width: 960px)";
/** The chat is a sheet; call.css draws it under the same condition. */
const SHEET = "(max-width: 599.98px), (max-width: 959.98px) and (min-height: 500.02px)";

export interface ChatView {
  open: boolean;
  sheet: boolean;
  toggle: () => void;
  /** What takes the focus when the chat opens, and when it closes. */
  panel: RefObject<HTMLElement | null>;
  button: RefObject<HTMLButtonElement | null>;
}

export function useChatView(): ChatView {
  const [open, setOpen] = useState(() => matchMedia(WIDE).matches);
  const sheet = useMedia(SHEET);
  const toggle = useCallback(() => setOpen((now) => !now), []);
  const panel = useRef<HTMLElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const before = useRef(open);
  useEffect(() => {
    if (open === before.current) return;
    before.current = open;
    if (!open) button.current?.focus();
    // On a phone the keyboard comes only when somebody wants to write.
    else if (sheet) panel.current?.focus();
    else panel.current?.querySelector("textarea")?.focus();
  }, [open, sheet]);
  useEscape(open && sheet, toggle);
  return { open, sheet, toggle, panel, button };
}

function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const media = matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

function useEscape(active: boolean, act: () => void): void {
  useEffect(() => {
    if (!active) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !isConversion(event) && !inDialog(event)) act();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [active, act]);
}

function inDialog(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.closest("dialog") !== null;
}
