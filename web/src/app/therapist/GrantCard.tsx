/** One device's address and token, to be copied into the program that is the camera or the screen, and their time left. */
import { Button, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DeviceGrant } from "../../api/types";
import { countdown } from "../../shared/time";
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

function Copied({ label, value, name }: { label: string; value: string; name: string }) {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  const copy = (): void => {
    // Without a secure context there is no clipboard: the text stands selected then.
    const field = document.querySelector<HTMLInputElement>(`input[name="${name}"]`);
    field?.select();
    void navigator.clipboard?.writeText(value).then(() => setDone(true));
  };
  return (
    <div className="copied">
      <TextInput
        className="grow"
        label={label}
        name={name}
        value={value}
        readOnly
        data-testid={`grant-${name}`}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button variant="default" aria-label={t("app.devices.copy_of", { label })} onClick={copy}>
        {t(done ? "app.devices.copied" : "app.devices.copy")}
      </Button>
    </div>
  );
}
