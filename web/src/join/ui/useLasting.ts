/** True once something has been the case for a while: time for help, not only for patience. */
import { useEffect, useState } from "react";

const A_WHILE_MS = 8_000;

export function useLasting(state: string | null): boolean {
  const [lasting, setLasting] = useState<string | null>(null);
  useEffect(() => {
    if (state === null) return;
    const timer = setTimeout(() => setLasting(state), A_WHILE_MS);
    return () => {
      clearTimeout(timer);
      setLasting(null);
    };
  }, [state]);
  return state !== null && lasting === state;
}
