/** Asks once before a booking is cancelled; a reason may be given. */
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Booking } from "../api/types";
import { useStore } from "../shared/store";
import { Button } from "../join/ui/Button";
import { ErrorNotice } from "../join/ui/ErrorScreen";
import { Heading } from "../join/ui/Heading";
import { Facts } from "./Facts";
import type { ChangeFlow } from "./flow";

const LONGEST_REASON = 500;

export function Cancelling({ flow, booking }: { flow: ChangeFlow; booking: Booking }) {
  const { t } = useTranslation();
  const { problem, busy } = useStore(flow.state);
  const [reason, setReason] = useState("");
  const [later, setLater] = useState(false);
  const id = useId();
  return (
    <section className="card card-center" data-testid="cancelling">
      <Heading>{t("change.cancelling.title")}</Heading>
      <p className="lead">{t("change.cancelling.lead")}</p>
      {problem ? <ErrorNotice error={problem} /> : null}
      <Facts booking={booking} />
      <div className="field">
        <label htmlFor={id}>{t("change.cancelling.reason")}</label>
        <textarea
          id={id}
          className="input"
          rows={3}
          maxLength={LONGEST_REASON}
          value={reason}
          aria-describedby={`${id}-help`}
          onChange={(event) => setReason(event.target.value)}
        />
        <p id={`${id}-help`} className="fine">
          {t("change.cancelling.reasonHelp")}
        </p>
      </div>
      {booking.series_id ? (
        <label className="later">
          <input
            type="checkbox"
            checked={later}
            onChange={(event) => setLater(event.target.checked)}
            data-testid="cancel-later"
          />
          {t("change.cancelling.later")}
        </label>
      ) : null}
      <div className="actions">
        <Button
          kind="danger"
          busy={busy === "changing"}
          onClick={() => void flow.cancel(reason.trim(), later)}
          data-testid="confirm-cancel"
        >
          {t("change.cancelling.confirm")}
        </Button>
        <Button onClick={() => flow.show("booking")}>{t("change.cancelling.keep")}</Button>
      </div>
    </section>
  );
}
