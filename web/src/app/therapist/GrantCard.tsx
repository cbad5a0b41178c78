/** One device's address and token, to be copied into the program that is the camera or the screen, and their time left. */
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { DeviceGrant } from "../../api/types";
import { countdown } from "../../shared/time";
import { Copied } from "../layout/Copied";
import { useNow } from "../ticking";

export function GrantCard({ grant }: { grant: DeviceGrant }) {
  const { t } = useTranslation();
  const leftMs = Date.parse(grant.expires_at) - useNow(1_000);
  if (leftMs <= 0) {
    return (
      <Text role="status" data-testid="grant-over">
        {t("app.devices.over")}
      </Text>
    );
  }
  return (
    <div className="stack" data-testid="grant">
      <Text fw={700}>
        {t(`app.devices.${grant.purpose}`)}: {t("app.devices.left", { left: countdown(leftMs) })}
      </Text>
      <Copied label={t("app.devices.address")} value={grant.endpoint} name="endpoint" />
      <Copied label={t("app.devices.token")} value={grant.grant} name="token" />
      <Text size="sm" c="dimmed">
        {t(`app.devices.how_${grant.purpose}`)}
      </Text>
    </div>
  );
}
