/**
 * The weekly hours while they are being changed: shown at once, sent after a drag immediately and after keys when no
 * more has come for a moment; taken back when the server refuses.
 */
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Pace } from "../../../api/types";
import { type Rule, bodyOf, rulesOf, sameRules } from "../pace/rules";
import type { Outcome, Save } from "../pace/usePace";

const KEYS_REST_MS = 900;

type Phase = "idle" | "soon" | "now" | "sending";

export interface RulesEditor {
  readonly rules: readonly Rule[];
  /** `soon`: more may follow, as from the keyboard. */
  readonly change: (rules: readonly Rule[], when: "soon" | "now") => void;
  /** What was to be sent soon is sent now. */
  readonly hurry: () => void;
  readonly send: (rules: readonly Rule[]) => Promise<Outcome>;
}

export function useRules(pace: Pace, saving: boolean, save: Save): RulesEditor {
  const { t } = useTranslation();
  const saved = useMemo(() => rulesOf(pace.hours), [pace.hours]);
  const [draft, setDraft] = useState<readonly Rule[]>(saved);
  const [phase, setPhase] = useState<Phase>("idle");
  // After a save the draft keeps its order, so that a block that has the focus stays the same one.
  const rules = phase !== "idle" || sameRules(draft, saved) ? draft : saved;

  const send = (wanted: readonly Rule[]): Promise<Outcome> =>
    save({
      ...put(wanted),
      said: t("week.saved"),
      undo: () => put(saved),
    });

  useEffect(() => {
    if (saving || phase === "idle" || phase === "sending") return;
    const start = async (): Promise<void> => {
      if (sameRules(draft, saved)) return setPhase("idle");
      setPhase("sending");
      const done = await send(draft);
      if (done.ok) setPhase((present) => (present === "sending" ? "idle" : present));
      else setPhase("idle");
    };
    const timer = setTimeout(() => void start(), phase === "soon" ? KEYS_REST_MS : 0);
    return () => clearTimeout(timer);
  }, [draft, phase, saving, saved]);

  return {
    rules,
    change: (wanted, when) => {
      setDraft(wanted);
      setPhase(when);
    },
    hurry: () => setPhase((present) => (present === "soon" ? "now" : present)),
    send,
  };
}

function put(rules: readonly Rule[]) {
  const body = { rules: bodyOf(rules) };
  return { method: "PUT", path: "/hours", body, versioned: true } as const;
}
