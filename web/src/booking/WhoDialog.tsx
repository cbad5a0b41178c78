/** Several are free at a time: with whom? It need not matter. */
import { useTranslation } from "react-i18next";
import type { Therapist } from "../api/types";
import { nameOf } from "../shared/named";
import { useStore } from "../shared/store";
import { dateAndTime } from "../shared/time";
import { Dialog } from "../join/ui/Dialog";
import { Portrait } from "../join/ui/Portrait";
import type { BookingFlow } from "./flow";
import type { Free } from "./lookup";
import { licenceName } from "./names";

interface WhoDialogProps {
  flow: BookingFlow;
  free: Free | null;
  onClose: () => void;
}

export function WhoDialog({ flow, free, onClose }: WhoDialogProps) {
  const { t } = useTranslation();
  const { zone } = useStore(flow.state);
  if (!free) return <Dialog title="" open={false} onClose={onClose} children={null} />;
  const those = free.therapist_ids.flatMap((id) => flow.therapistOf(id) ?? []);
  const choose = (therapistId: string | null) => {
    onClose();
    void (therapistId === null ? flow.pickAny(free) : flow.pick(free, therapistId));
  };
  return (
    <Dialog title={t("booking.who.title")} open onClose={onClose}>
      <p className="lead">{dateAndTime(free.starts_at, zone)}</p>
      <ul className="who" data-testid="who">
        <li>
          <button
            type="button"
            className="who-one"
            data-testid="who-any"
            onClick={() => choose(null)}
          >
            <strong>{t("booking.who.anybody")}</strong>
          </button>
        </li>
        {those.map((one) => (
          <li key={one.therapist_id}>
            <button
              type="button"
              className="who-one"
              data-testid="who-one"
              onClick={() => choose(one.therapist_id)}
            >
              <Portrait name={nameOf(one)} id={one.therapist_id} />
              <Who one={one} />
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function Who({ one }: { one: Therapist }) {
  const { t } = useTranslation();
  const [kind] = one.kinds;
  const minutes = t("booking.kind.minutes", { minutes: kind?.session_minutes ?? 0 });
  return (
    <span>
      <strong>{nameOf(one)}</strong>
      <span className="soft">
        {licenceName(t, one.licence_kind)} · {minutes}
        {kind?.approval ? ` · ${t("booking.kind.request")}` : null}
      </span>
    </span>
  );
}
