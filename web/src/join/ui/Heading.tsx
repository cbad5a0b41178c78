/** A page's title. Takes the focus when the page changes, so that a screen reader says it. */
import { useEffect, useRef, type ReactNode } from "react";

export function Heading({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
