/** A change of therapist that is proposed: the client says yes, with what of the chat goes along, or stays. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CareHandover, ClientCare } from "../api/types";
import { nameOf } from "../shared/named";
import { useStore } from "../shared/store";
import { Button } from "../join/ui/Button";
import type { ChooseFlow } from "./flow";
import { Coming } from "./Coming";
import { NOTHING_SHARED, Sharing, isComplete } from "./Sharing";

interface Props {
  flow: ChooseFlow;
  care: ClientCare;
  handover: CareHandover;
}

export function HandoverCard({ flow, care, handover }: Props) {
  const { t } = useTranslation();
  const { busy } = useStore(flow.state);
  const [share, setShare] = useState(NOTHING_SHARED);
  const now = nameOf(care.care?.therapist);
  return (
    <section className="card" data-testid="handover">
      <h2>{t("choose.handover.title", { name: nameOf(handover.therapist) })}</h2>
      <p>{t("choose.handover.lead", { now, name: nameOf(handover.therapist) })}</p>
      <Coming care={care} />
      <Sharing share={share} onChange={setShare} />
      <div className="actions">
        <Button
          kind="primary"
          busy={busy !== ""}
          disabled={!isComplete(share)}
          onClick={() => void flow.goOn(handover.handover_id, share)}
          data-testid="handover-yes"
        >
          {t("choose.handover.yes", { name: nameOf(handover.therapist) })}
        </Button>
        <Button
          busy={busy !== ""}
          onClick={() => void flow.stay(handover.handover_id)}
          data-testid="handover-no"
        >
          {t("choose.handover.no", { now })}
        </Button>
      </div>
    </section>
  );
}
