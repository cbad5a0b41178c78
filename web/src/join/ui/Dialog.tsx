/** The browser's own modal dialog: keeps the focus, closes with Escape. */
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../room/icons";

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
}

export function Dialog({ title, open, onClose, children }: DialogProps) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (open && !element?.open) element?.showModal();
    if (!open && element?.open) element.close();
  }, [open]);
  const closed = () => {
    // The event comes late: by then it may have been opened again.
    if (!dialog.current?.open) onClose();
  };
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={closed}>
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        <button
          type="button"
          className="plain-icon"
          aria-label={t("common.close")}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      {open ? children : null}
    </dialog>
  );
}
