/** Weekly hours in the grid: a button that drags, and that the arrow keys move; Enter opens its times. */
import { type CSSProperties, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { type Rule, clockOf, faultOf, replaced, without } from "../pace/rules";
import { useWeekdays } from "../pace/RuleRow";
import { afterKey } from "./grid";
import type { Layout } from "./layout";
import type { Grip } from "./useDrag";
import type { RulesEditor } from "./useRules";

interface Props {
  at: number;
  rule: Rule;
  wrong: boolean;
  style: CSSProperties;
  layout: Layout;
  editor: RulesEditor;
  onGrab: (event: PointerEvent, at: number, grip: Grip) => void;
  onOpen: () => void;
  onSay: (text: string) => void;
  onDay: (weekday: number) => void;
}

export const ADD_BUTTON = "add-hours";

export function HoursBlock(props: Props) {
  const { t } = useTranslation();
  const days = useWeekdays("long");
  const { at, rule, layout, editor } = props;
  const timesOf = (one: Rule) => ({
    day: days[one.weekday] ?? "",
    from: clockOf(one.start),
    until: clockOf(one.end),
  });
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey) return;
    const mods = { shift: event.shiftKey, alt: event.altKey };
    const wish = afterKey(rule, event.key, mods, layout.editable);
    if (!wish) return;
    event.preventDefault();
    if ("remove" in wish) {
      editor.change(without(editor.rules, at), "now");
      props.onSay(t("week.taken_away", timesOf(rule)));
      document.getElementById(ADD_BUTTON)?.focus();
      return;
    }
    const changed = replaced(editor.rules, at, wish.rule);
    if (faultOf(changed, at)) return props.onSay(t("week.refused"));
    editor.change(changed, "soon");
    props.onDay(wish.rule.weekday);
    props.onSay(t("week.now_at", timesOf(wish.rule)));
  };
  const times = timesOf(rule);
  return (
    <button
      type="button"
      className="layer hours-block"
      data-testid="hours-block"
      data-weekday={rule.weekday}
      data-times={`${times.from}-${times.until}`}
      data-wrong={props.wrong || undefined}
      aria-label={t("week.block", times)}
      aria-describedby="week-hint"
      style={props.style}
      onKeyDown={onKey}
      onBlur={editor.hurry}
      onPointerDown={(event) => props.onGrab(event, at, "whole")}
      onClick={(event) => {
        event.stopPropagation();
        props.onOpen();
      }}
    >
      <span className="hours-times">
        {times.from}–{times.until}
      </span>
      {(["start", "end"] as const).map((edge) => (
        <span
          key={edge}
          className={`grip grip-${edge}`}
          data-testid={`grip-${edge}`}
          onPointerDown={(event) => props.onGrab(event, at, edge)}
        />
      ))}
    </button>
  );
}
