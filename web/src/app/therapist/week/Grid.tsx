/**
 * The week as a picture: days side by side, hours downwards. Weekly hours are blocks that can be dragged and moved
 * with keys; what is booked, off or imported lies over them. The list below it (pace/RulesForm.tsx) does the same.
 */
import { type CSSProperties, type PointerEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { CalendarWeek, WeekSession } from "../../../api/types";
import { clockOf } from "../pace/rules";
import { CancelledBlock } from "./Cancelled";
import { DayHeads } from "./DayHeads";
import { HOUR_PX, type Hours, type Piece, piecesOf, pixelsOf } from "./grid";
import { HoursBlock } from "./HoursBlock";
import { type Layout, isDrawn } from "./layout";
import { SessionBlock } from "./SessionBlock";
import type { RulesEditor } from "./useRules";
import { useDrag } from "./useDrag";

interface Props {
  name: string;
  week: Pick<CalendarWeek, "sessions" | "cancelled">;
  layout: Layout;
  editor: RulesEditor;
  /** Weekdays that are shown. */
  columns: readonly number[];
  hours: Hours;
  today: string;
  onSay: (text: string) => void;
  onOpenRule: (at: number) => void;
  onOpenDate: (date: string) => void;
  onOpenSession: (session: WeekSession) => void;
  onDay: (weekday: number) => void;
}

export function Grid(props: Props) {
  const { t } = useTranslation();
  const { layout, editor, columns, hours } = props;
  const body = useRef<HTMLDivElement>(null);
  const drag = useDrag({
    body,
    rules: editor.rules,
    columns,
    editable: layout.editable,
    fromMinute: hours.from,
    zone: layout.zone,
    onDone: (rules) => editor.change(rules, "now"),
    onRefused: () => props.onSay(t("week.refused")),
  });
  const place = (piece: Piece): CSSProperties => placeOf(piece, columns, hours);
  const isShown = (piece: { day: number }): boolean => columns.includes(piece.day);
  const live = drag.live;
  return (
    <div className="week-grid" style={{ "--columns": columns.length } as CSSProperties}>
      <DayHeads
        dates={layout.dates}
        columns={columns}
        today={props.today}
        onOpen={props.onOpenDate}
      />
      <HourLabels hours={hours} />
      <div
        ref={body}
        className="week-body"
        role="group"
        aria-label={props.name}
        data-testid="week-body"
        data-from={hours.from}
        style={
          { height: pixelsOf(hours.to - hours.from), "--hour": `${HOUR_PX}px` } as CSSProperties
        }
        onPointerDown={(event: PointerEvent) => drag.draw(event)}
        onClick={(event) => drag.press(event.clientX, event.clientY)}
      >
        {layout.special.filter(isShown).map((piece, at) => (
          <div key={`s${at}`} className="layer layer-special" style={place(piece)} />
        ))}
        {editor.rules.map((rule, at) => {
          const shown = live?.at === at ? live.rule : rule;
          if (!isDrawn(shown, layout) || !columns.includes(shown.weekday)) return null;
          return (
            <HoursBlock
              key={at}
              at={at}
              rule={shown}
              wrong={live?.at === at && live.wrong}
              style={place({ day: shown.weekday, from: shown.start, to: shown.end })}
              layout={layout}
              editor={editor}
              onGrab={drag.grab}
              onOpen={() => {
                if (!drag.wasDragged()) props.onOpenRule(at);
              }}
              onSay={props.onSay}
              onDay={props.onDay}
            />
          );
        })}
        {live && live.at >= editor.rules.length ? (
          <div
            className="layer hours-block"
            data-wrong={live.wrong || undefined}
            style={place({ day: live.rule.weekday, from: live.rule.start, to: live.rule.end })}
          >
            {clockOf(live.rule.start)}–{clockOf(live.rule.end)}
          </div>
        ) : null}
        {layout.imported.filter(isShown).map((piece, at) => (
          <div key={`i${at}`} className="layer layer-imported" style={place(piece)} />
        ))}
        {layout.off.filter(isShown).map((piece, at) => (
          <div key={`o${at}`} className="layer layer-off" data-testid="off" style={place(piece)} />
        ))}
        {props.week.cancelled.map((one) => (
          <CancelledBlock
            key={one.booking_id}
            one={one}
            zone={layout.zone}
            pieces={piecesOf(one, layout.zone, layout.dates).filter(isShown)}
            place={place}
          />
        ))}
        {props.week.sessions.map((session) => (
          <SessionBlock
            key={session.booking_id}
            session={session}
            zone={layout.zone}
            pieces={piecesOf(session, layout.zone, layout.dates).filter(isShown)}
            buffers={buffersOf(session, layout).filter(isShown)}
            place={place}
            onOpen={() => props.onOpenSession(session)}
          />
        ))}
      </div>
    </div>
  );
}

function buffersOf(session: WeekSession, layout: Layout): Piece[] {
  const block = { starts_at: session.block_from, ends_at: session.block_to };
  return piecesOf(block, layout.zone, layout.dates);
}

function placeOf(piece: Piece, columns: readonly number[], hours: Hours): CSSProperties {
  const from = Math.max(piece.from, hours.from);
  const to = Math.min(piece.to, hours.to);
  return {
    left: `${(columns.indexOf(piece.day) / columns.length) * 100}%`,
    width: `${100 / columns.length}%`,
    top: pixelsOf(from - hours.from),
    height: Math.max(0, pixelsOf(to - from)),
  };
}

function HourLabels({ hours }: { hours: Hours }) {
  const count = (hours.to - hours.from) / 60;
  return (
    <div className="week-hours" aria-hidden="true">
      {Array.from({ length: count }, (_, at) => (
        <span key={at} style={{ top: pixelsOf(at * 60) }}>
          {Math.floor(hours.from / 60) + at}:00
        </span>
      ))}
    </div>
  );
}
