/** Asks once before hanging up, because that ends the session for both. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import type { CallLink } from "../room/callLink";

interface HangUpProps {
  link: CallLink;
  open: boolean;
  onClose: () => void;
}

export function HangUp({ link, open, onClose }: HangUpProps) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const hangUp = () => {
    setBusy(true);
    // Without an answer we are gone all the same; the server notices.
    void link.leave().catch(() => undefined);
  };
  return (
    <Dialog title={t("call.hangUpTitle")} open={open} onClose={onClose}>
      <p>{t("call.hangUpText")}</p>
      <div className="actions">
        <Button onClick={onClose} data-testid="hangup-stay">
          {t("call.stay")}
        </Button>
        <Button kind="danger" busy={busy} onClick={hangUp} data-testid="hangup-confirm">
          {t("call.hangUp")}
        </Button>
      </div>
    </Dialog>
  );
}
