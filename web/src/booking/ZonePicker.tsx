/** Says in which zone times are shown, and lets the visitor change it. */
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { zoneLabel } from "../shared/time";
import { ZoneSearch } from "../shared/zone/ZoneSearch";
import { Dialog } from "../join/ui/Dialog";

export function ZonePicker({ zone, onChange }: { zone: string; onChange: (zone: string) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState(false);
  const choose = (chosen: string) => {
    setOpen(false);
    if (chosen !== zone) onChange(chosen);
  };
  return (
    <div className="zone-picker">
      <span id={`${id}-label`}>{t("zone.label")}</span>
      <button
        type="button"
        id={`${id}-button`}
        className="zone-button"
        aria-haspopup="dialog"
        aria-labelledby={`${id}-label ${id}-button`}
        data-testid="zone"
        data-zone={zone}
        onClick={() => setOpen(true)}
      >
        <strong>{zoneLabel(zone)}</strong> <span>{t("zone.change")}</span>
      </button>
      <Dialog title={t("zone.title")} open={open} onClose={() => setOpen(false)}>
        <ZoneSearch zone={zone} onChoose={choose} onClose={() => setOpen(false)} />
      </Dialog>
    </div>
  );
}
