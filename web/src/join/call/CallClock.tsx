/** How long the call has been going on, and when the session ends. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../shared/clock";
import { useStore } from "../../shared/store";
import { countdown, timeWithZone } from "../../shared/time";
import type { CallLink } from "../room/callLink";

export function CallClock(props: { link: CallLink; endsAt: string; zone: string }) {
  const { link, endsAt, zone } = props;
  const { t } = useTranslation();
  const since = useStore(link.state).snapshot?.room.call_since;
  const [, redraw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => redraw((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="call-clock">
      {since ? <span>{countdown(serverNow() - Date.parse(since))}</span> : null}
      <span className="call-until">{t("call.until", { time: timeWithZone(endsAt, zone) })}</span>
    </span>
  );
}
