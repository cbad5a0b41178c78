/**
 * The cameras and screens beside one call, for its therapist: lets one in with an address and a token to copy, lists
 * those that are there, stops one. The call stays open in its own tab.
 */
import "./therapist.css";
import { Alert, Button, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DeviceGrant, RoomDevice } from "../../api/types";
import { request } from "../../shared/api";
import { Refused } from "../layout/Refused";
import { Loading } from "../layout/Screens";
import { usePageTitle } from "../layout/title";
import { DEVICES, useRoomDevices } from "../queries";
import { GrantCard } from "./GrantCard";

type Purpose = RoomDevice["purpose"];
const PURPOSES: readonly Purpose[] = ["publish", "watch"];

export function Devices({ roomId }: { roomId: string }) {
  const { t } = useTranslation();
  usePageTitle(t("app.devices.title"));
  const query = useRoomDevices(roomId);
  const [grant, setGrant] = useState<DeviceGrant | null>(null);
  const letIn = useMutation({
    mutationFn: (purpose: Purpose) =>
      request<DeviceGrant>("POST", `/rooms/${roomId}/devices`, { body: { purpose } }),
    onSuccess: setGrant,
  });
  const came =
    grant !== null && query.data?.devices.some((one) => one.device_id === grant.device_id);
  return (
    <Stack gap="lg" className="readable" data-testid="devices-page">
      <div>
        <Title order={1} size="h2">
          {t("app.devices.title")}
        </Title>
        <Text c="dimmed">{t("app.devices.lead")}</Text>
      </div>
      <Refused error={query.error ?? letIn.error} />
      <section className="card" aria-label={t("app.devices.add")}>
        <div className="actions">
          {PURPOSES.map((purpose) => (
            <Button
              key={purpose}
              variant={purpose === "publish" ? "filled" : "default"}
              loading={letIn.isPending && letIn.variables === purpose}
              data-testid={`let-in-${purpose}`}
              onClick={() => letIn.mutate(purpose)}
            >
              {t(`app.devices.add_${purpose}`)}
            </Button>
          ))}
        </div>
        {grant && !came ? <GrantCard key={grant.device_id} grant={grant} /> : null}
        <div role="status">
          {came ? <Alert color="green">{t("app.devices.came")}</Alert> : null}
        </div>
      </section>
      {query.data ? <List roomId={roomId} devices={query.data.devices} /> : null}
      {query.isPending ? <Loading /> : null}
    </Stack>
  );
}

function List({ roomId, devices }: { roomId: string; devices: readonly RoomDevice[] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const stop = useMutation({
    mutationFn: (id: string) => request("DELETE", `/rooms/${roomId}/devices/${id}`),
    onSettled: () => queries.invalidateQueries({ queryKey: [...DEVICES, roomId] }),
  });
  return (
    <section className="card" aria-labelledby="devices-there">
      <Title order={2} size="h4" id="devices-there">
        {t("app.devices.there")}
      </Title>
      {devices.length === 0 ? <Text c="dimmed">{t("app.devices.none")}</Text> : null}
      <ul className="plain-list">
        {devices.map((one) => (
          <li key={one.device_id} className="title-row" data-testid="device">
            <span>
              {t(`app.devices.${one.purpose}`)}
              {one.silent ? ` (${t("app.devices.silent")})` : ""}
            </span>
            <Button
              variant="outline"
              color="red"
              size="sm"
              loading={stop.isPending && stop.variables === one.device_id}
              data-testid="stop-device"
              onClick={() => stop.mutate(one.device_id)}
            >
              {t("app.devices.stop")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
