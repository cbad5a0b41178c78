/** Watches today's sessions for waiting clients and lets title and sound follow. What is told when: alarm.ts. */
import { useEffect, useEffectEvent, useReducer } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../shared/clock";
import { useSessions } from "../queries";
import { useBeat } from "../ticking";
import { SILENT, nextAlarm, titleOf } from "./alarm";
import { useChime } from "./chime";

const WATCH_MS = 3_000;

/** `name`: the page on which it is watched, for the tab's title. */
export function useWatch(name: string) {
  const { t } = useTranslation();
  const [alarm, tell] = useReducer(nextAlarm, SILENT);
  const chime = useChime();
  const today = useSessions(null);
  useBeat(WATCH_MS, () => void today.refetch({ cancelRefetch: false }));

  const { data, dataUpdatedAt } = today;
  useEffect(() => {
    if (data) tell({ kind: "seen", sessions: data.sessions, nowMs: serverNow() });
  }, [data, dataUpdatedAt]);

  const ring = useEffectEvent(chime.ring);
  useEffect(() => {
    if (alarm.rings > 0) ring();
  }, [alarm.rings]);

  const page = `${name} – ${t("app.name")}`;
  const waiting = alarm.waiting.length;
  const title = titleOf(waiting, page, t("app.today.waiting_title", { count: waiting }));
  useEffect(() => {
    document.title = title;
  }, [title]);

  return { alarm, chime, today, quiet: () => tell({ kind: "quiet" }) };
}
