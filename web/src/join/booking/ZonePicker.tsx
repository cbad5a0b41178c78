/** Says in which zone times are shown, and lets the visitor change it. */
import { useId, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { knownZones, visitorZone, zoneLabel } from "../../shared/time";

const LIKELY = ["Asia/Tokyo"];

export function ZonePicker({ zone, onChange }: { zone: string; onChange: (zone: string) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const zones = useMemo(() => knownZones(visitorZone(), ...LIKELY), []);
  return (
    <div className="zone-picker">
      <label htmlFor={id}>{t("booking.zone")}</label>
      <select
        id={id}
        value={zone}
        data-testid="zone"
        onChange={(event) => onChange(event.target.value)}
      >
        {zones.map((each) => (
          <option key={each} value={each}>
            {zoneLabel(each)}
          </option>
        ))}
      </select>
    </div>
  );
}
