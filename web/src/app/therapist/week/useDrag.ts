/**
 * Dragging in the grid: a block as a whole (mouse and pen), one of its edges (touch, too), or new hours over an empty
 * day. What comes of it is decided by pace/rules.ts; where it would overlap, it is shown so and not kept.
 */
import { type PointerEvent as ReactPointerEvent, type RefObject, useRef, useState } from "react";
import { type Edge, type Rule, faultOf, moved, replaced, resized } from "../pace/rules";
import { drawn, minuteAt, minutesOf } from "./grid";

/** From which the pointer has meant more than a press. */
const SLACK_PX = 4;

export interface Live {
  /** Index among the rules; their number for a new one. */
  readonly at: number;
  readonly rule: Rule;
  readonly wrong: boolean;
}

interface Grid {
  body: RefObject<HTMLDivElement | null>;
  rules: readonly Rule[];
  /** Weekdays of the columns, and those which may be changed. */
  columns: readonly number[];
  editable: readonly number[];
  fromMinute: number;
  zone: string;
  onDone: (rules: readonly Rule[]) => void;
  onRefused: () => void;
}

export type Grip = Edge | "whole";

export function useDrag(grid: Grid) {
  const [live, setLive] = useState<Live | null>(null);
  const dragged = useRef(false);

  function follow(event: ReactPointerEvent, candidate: (to: PointerEvent) => Live | null): void {
    const startX = event.clientX;
    const startY = event.clientY;
    let last: Live | null = null;
    dragged.current = false;
    const move = (to: PointerEvent): void => {
      const far = Math.hypot(to.clientX - startX, to.clientY - startY) > SLACK_PX;
      if (!far && !dragged.current) return;
      dragged.current = true;
      last = candidate(to);
      setLive(last);
    };
    const stop = (): void => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", stop);
      window.removeEventListener("keydown", escape);
      setLive(null);
    };
    const end = (): void => {
      stop();
      if (last) keep(last);
    };
    const escape = (key: KeyboardEvent): void => {
      if (key.key === "Escape") stop();
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", stop);
    window.addEventListener("keydown", escape);
  }

  function keep({ at, rule, wrong }: Live): void {
    if (wrong) return grid.onRefused();
    grid.onDone(at < grid.rules.length ? replaced(grid.rules, at, rule) : [...grid.rules, rule]);
  }

  function liveOf(at: number, rule: Rule): Live {
    const all = at < grid.rules.length ? replaced(grid.rules, at, rule) : [...grid.rules, rule];
    return { at, rule, wrong: faultOf(all, at) !== null };
  }

  function grab(event: ReactPointerEvent, at: number, grip: Grip): void {
    const rule = grid.rules[at];
    dragged.current = false;
    event.stopPropagation();
    if (!rule || event.button !== 0 || (grip === "whole" && event.pointerType === "touch")) return;
    if (grip !== "whole") event.preventDefault();
    const startY = event.clientY;
    follow(event, (to) => {
      const by = minutesOf(to.clientY - startY);
      if (grip !== "whole") return liveOf(at, resized(rule, grip, by));
      const weekday = weekdayAt(to.clientX) ?? rule.weekday;
      return liveOf(at, { ...moved(rule, by), weekday });
    });
  }

  /** New hours over an empty part of a day; a press alone makes an hour. */
  function draw(event: ReactPointerEvent): void {
    const weekday = weekdayAt(event.clientX);
    dragged.current = false;
    if (event.button !== 0 || event.pointerType === "touch" || weekday === null) return;
    event.preventDefault();
    const start = minuteOf(event.clientY);
    follow(event, (to) => liveOf(grid.rules.length, fresh(weekday, start, minuteOf(to.clientY))));
  }

  /** A press without a drag, also of a finger, which elsewhere scrolls. */
  function press(clientX: number, clientY: number): void {
    const weekday = weekdayAt(clientX);
    if (dragged.current || weekday === null) return;
    const start = Math.floor(minuteOf(clientY) / 30) * 30;
    keep(liveOf(grid.rules.length, fresh(weekday, start, start)));
  }

  function fresh(weekday: number, from: number, to: number): Rule {
    const hours = drawn(from, to);
    const rest = { timezone: grid.zone, valid_from: null, valid_to: null };
    return { weekday, start: hours.from, end: hours.to, ...rest };
  }

  function minuteOf(clientY: number): number {
    const top = grid.body.current?.getBoundingClientRect().top ?? 0;
    return minuteAt(clientY - top, grid.fromMinute);
  }

  function weekdayAt(clientX: number): number | null {
    const box = grid.body.current?.getBoundingClientRect();
    if (!box) return null;
    const column = Math.floor(((clientX - box.left) / box.width) * grid.columns.length);
    const weekday = grid.columns[column];
    return weekday !== undefined && grid.editable.includes(weekday) ? weekday : null;
  }

  return { live, grab, draw, press, wasDragged: () => dragged.current };
}
