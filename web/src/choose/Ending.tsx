/** With whom the client is, and the way to leave: asked once more before it is done. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ClientCare } from "../api/types";
import { nameOf } from "../shared/named";
import { useStore } from "../shared/store";
import { Button } from "../join/ui/Button";
import type { ChooseFlow } from "./flow";
import { Coming } from "./Coming";

export function Ending({ flow, care }: { flow: ChooseFlow; care: ClientCare }) {
  const { t } = useTranslation();
  const { busy } = useStore(flow.state);
  const [asked, setAsked] = useState(false);
  const [apart, setApart] = useState(false);
  const own = care.care;
  if (!own) return null;
  return (
    <section className="card" data-testid="care">
      <h2>{t("choose.care.title", { name: nameOf(own.therapist) })}</h2>
      {asked ? (
        <>
          <p>{t("choose.care.sure")}</p>
          <Coming care={care} />
          <label className="option">
            <input
              type="checkbox"
              checked={apart}
              onChange={(event) => setApart(event.target.checked)}
              data-testid="apart"
            />
            <span>
              {t("choose.care.apart")}
              <span className="fine">{t("choose.care.apartHelp")}</span>
            </span>
          </label>
          <div className="actions">
            <Button
              kind="danger"
              busy={busy !== ""}
              onClick={() => void flow.end(own.care_id, apart)}
              data-testid="end-yes"
            >
              {t("choose.care.end")}
            </Button>
            <Button onClick={() => setAsked(false)}>{t("choose.care.keep")}</Button>
          </div>
        </>
      ) : (
        <div className="actions">
          <a className="button button-primary" href={flow.bookingAddress}>
            {t("choose.book")}
          </a>
          <Button onClick={() => setAsked(true)} data-testid="end">
            {t("choose.care.ask")}
          </Button>
        </div>
      )}
    </section>
  );
}
