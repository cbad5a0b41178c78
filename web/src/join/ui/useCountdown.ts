/** Milliseconds left until an instant by the server's clock; redraws each second. */
import { useEffect, useRef, useState } from "react";
import { serverNow } from "../../shared/clock";

export function useCountdown(until: string | undefined, onZero?: () => void): number {
  const [left, setLeft] = useState(() => remaining(until));
  const zero = useRef(onZero);
  useEffect(() => {
    zero.current = onZero;
  });
  useEffect(() => {
    if (until === undefined) return;
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const now = remaining(until);
      setLeft(now);
      if (now <= 0) zero.current?.();
      else timer = setTimeout(tick, now % 1000 || 1000);
    };
    tick();
    return () => clearTimeout(timer);
  }, [until]);
  return left;
}

function remaining(until: string | undefined): number {
  return until === undefined ? 0 : Math.max(0, Date.parse(until) - serverNow());
}
