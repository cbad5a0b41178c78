/** m: microphone, v: camera, c: chat. Not while somebody writes. */
import { useEffect } from "react";
import type { LocalMedia } from "../../rtc/local";

export function useShortcuts(local: LocalMedia, toggleChat: () => void): void {
  useEffect(() => {
    const actions: Record<string, () => void> = {
      m: () => local.toggle("microphone"),
      v: () => local.toggle("camera"),
      c: toggleChat,
    };
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || writes(event)) return;
      const act = actions[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault(); // the letter is not for the field that an action opens
      act();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [local, toggleChat]);
}

function writes(event: KeyboardEvent): boolean {
  const target = event.target;
  const inField = target instanceof Element && target.closest("input, textarea, select, dialog");
  return event.isComposing || Boolean(inField);
}
