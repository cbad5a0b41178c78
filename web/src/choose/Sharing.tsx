/** What of the chat so far the next therapist reads: the client says, and nothing is chosen for them but "none". */
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { History, Share } from "./flow";

const KINDS: readonly History[] = ["none", "all", "from"];

export const NOTHING_SHARED: Share = { history: "none", since: "" };

/** Whether it can be sent: a date belongs to "from". */
export function isComplete(share: Share): boolean {
  return share.history !== "from" || share.since !== "";
}

export function Sharing({ share, onChange }: { share: Share; onChange: (share: Share) => void }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <fieldset className="options">
      <legend>{t("choose.share.title")}</legend>
      {KINDS.map((kind) => (
        <label key={kind} className="option">
          <input
            type="radio"
            name={id}
            checked={share.history === kind}
            onChange={() => onChange({ ...share, history: kind })}
            data-testid={`share-${kind}`}
          />
          <span>{t(`choose.share.${kind}`)}</span>
        </label>
      ))}
      {share.history === "from" ? (
        <label className="field">
          <span>{t("choose.share.since")}</span>
          <input
            className="input"
            type="date"
            value={share.since}
            onChange={(event) => onChange({ ...share, since: event.target.value })}
          />
        </label>
      ) : null}
    </fieldset>
  );
}
