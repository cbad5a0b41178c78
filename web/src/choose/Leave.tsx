/** What a client wants while their therapist is away for long: wait, be covered, or change for good. */
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CareChoice, ClientCare } from "../api/types";
import { nameOf } from "../shared/named";
import { useStore } from "../shared/store";
import { visitorZone } from "../shared/time";
import { Button } from "../join/ui/Button";
import type { ChooseFlow } from "./flow";
import { Coming } from "./Coming";
import { daysOf } from "./days";
import { NOTHING_SHARED, Sharing, isComplete } from "./Sharing";

type Wish = "wait" | "cover" | "transfer";

interface Props {
  flow: ChooseFlow;
  care: ClientCare;
  asked: CareChoice;
}

export function LeaveCard({ flow, care, asked }: Props) {
  const { t } = useTranslation();
  const { busy } = useStore(flow.state);
  const [wish, setWish] = useState((asked.choice ?? "") as Wish | "");
  const [share, setShare] = useState(NOTHING_SHARED);
  const id = useId();
  const zone = visitorZone();
  const names = { name: nameOf(asked.cover), now: nameOf(care.care?.therapist) };
  const wishes: Wish[] = ["wait"];
  if (asked.cover) wishes.push("cover");
  if (asked.transferable || asked.choice === "transfer") wishes.push("transfer");
  const dates = daysOf(asked.starts_at, asked.ends_at, zone);
  const isSame = wish === "" || wish === asked.choice;
  return (
    <section className="card" data-testid="leave">
      <h2>{t("choose.leave.title", names)}</h2>
      <p>{t("choose.leave.dates", dates)}</p>
      <fieldset className="options">
        <legend>{t("choose.leave.ask")}</legend>
        {wishes.map((each) => (
          <label key={each} className="option">
            <input
              type="radio"
              name={id}
              checked={wish === each}
              onChange={() => setWish(each)}
              data-testid={`leave-${each}`}
            />
            <span>
              {t(`choose.leave.${each}`, names)}
              <span className="fine">{t(`choose.leave.${each}Help`, names)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {wish === "transfer" ? (
        <>
          <Coming care={care} />
          <Sharing share={share} onChange={setShare} />
        </>
      ) : null}
      <div className="actions">
        <Button
          kind="primary"
          busy={busy !== ""}
          disabled={isSame || (wish === "transfer" && !isComplete(share))}
          onClick={() => void flow.choose(asked.choice_id, wish, share)}
          data-testid="leave-choose"
        >
          {t("choose.leave.choose")}
        </Button>
        {asked.choice === "cover" ? (
          <a className="button button-plain" href={flow.bookingAddress}>
            {t("choose.book")}
          </a>
        ) : null}
      </div>
    </section>
  );
}
