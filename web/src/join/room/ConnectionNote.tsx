/** Says when the connection to the server is away, or why no seat is to be had, and what to do. */
import { useTranslation } from "react-i18next";
import { errorText } from "../../shared/errors";
import { useStore } from "../../shared/store";
import { ReloadButton } from "../ui/ReloadButton";
import { useLasting } from "../ui/useLasting";
import type { CallLink } from "./callLink";

export function ConnectionNote({ link }: { link: CallLink }) {
  const { t } = useTranslation();
  const { online, trouble } = useStore(link.state);
  const away = online === "up" ? null : online;
  const lasting = useLasting(away);
  if (away) {
    return (
      <div className="notice notice-warm" role="status" data-testid="connection-note">
        {t(away === "down" ? "room.reconnecting" : "room.connecting")}
        {lasting ? <Lasting /> : null}
      </div>
    );
  }
  if (!trouble) return null;
  const { code, title } = errorText(t, trouble);
  return (
    <div className="notice notice-warm" role="alert" data-testid="trouble" data-code={code}>
      <strong>{title}</strong>
      <p>{t("room.goesOn")}</p>
      <ReloadButton />
    </div>
  );
}

function Lasting() {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("room.lasting")}</p>
      <ReloadButton />
    </>
  );
}
