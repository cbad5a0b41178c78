/** Brings the focus to what was said last, where the control that was pressed is gone with what it did. */
import { useEffect, useRef } from "react";

export function useFocusOn(said: string) {
  const here = useRef<HTMLDivElement>(null);
  useEffect(() => here.current?.focus(), [said]);
  return here;
}
