/** Somebody who waits is told of on the therapist's other pages, too: banner, title and sound as beside the day. */
import { useNow } from "../ticking";
import { WaitingBanner } from "./WaitingBanner";
import { useWatch } from "./watch";

export function Waiting({ page }: { page: string }) {
  const { alarm, chime, quiet } = useWatch(page);
  const now = useNow(1_000);
  return <WaitingBanner waiting={alarm.waiting} sound={chime.state} nowMs={now} onQuiet={quiet} />;
}
