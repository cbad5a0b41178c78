/** Says when the connection to the server is away. */
import { useTranslation } from "react-i18next";
import type { LinkState } from "./callLink";

export function ConnectionNote({ online }: { online: LinkState["online"] }) {
  const { t } = useTranslation();
  if (online === "up") return null;
  return (
    <p className="notice notice-warm" role="status" data-testid="connection-note">
      {t(online === "down" ? "room.reconnecting" : "room.connecting")}
    </p>
  );
}
