/** Cameras and screens beside the two people: both see that they are there, the therapist adds and stops them. */
import { useTranslation } from "react-i18next";
import { useStore } from "../../shared/store";
import type { CallLink } from "../room/callLink";

export function Beside({ link }: { link: CallLink }) {
  const { t } = useTranslation();
  const { devices } = useStore(link.state);
  const there = (["publish", "watch"] as const).filter((purpose) =>
    devices.some((one) => one.purpose === purpose && !one.silent),
  );
  return (
    <p className="beside" role="status" data-testid="beside">
      {there.map((purpose) => (
        <span key={purpose} data-purpose={purpose}>
          {t(`call.beside.${purpose}`)}
        </span>
      ))}
    </p>
  );
}

export function BesideLink({ roomId, role }: { roomId: string; role: string }) {
  const { t } = useTranslation();
  if (role !== "therapist") return null;
  return (
    <a
      className="button button-quiet"
      href={`/therapist/devices/${roomId}`}
      target="_blank"
      data-testid="add-device"
    >
      {t("call.beside.add")}
    </a>
  );
}
