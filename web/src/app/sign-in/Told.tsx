/**
 * News about what was just asked for: it takes the focus when it appears, so that it is read out however often it
 * comes, and the next Tab leads on from it.
 */
import { Alert, type AlertProps } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";

interface Props extends AlertProps {
  testId: string;
  children: ReactNode;
}

export function Told({ testId, ...alert }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return <Alert ref={box} tabIndex={-1} data-testid={testId} {...alert} />;
}
