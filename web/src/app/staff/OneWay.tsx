/** Who of a room does not see or hear whom, on which leg it stops, and what is being tried. */
import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OpsRoom } from "../../api/types";

type Fault = OpsRoom["one_way"][number];

export function OneWay({ room }: { room: OpsRoom }) {
  return (
    <div role="status">
      {room.one_way.length > 0 ? (
        <Alert color="apricot" data-testid="one-way">
          <ul className="plain-list faults">
            {room.one_way.map((fault) => (
              <Line
                key={`${fault.kind} ${fault.publisher_id} ${fault.viewer_id}`}
                {...{ fault, room }}
              />
            ))}
          </ul>
        </Alert>
      ) : null}
    </div>
  );
}

function Line({ fault, room }: { fault: Fault; room: OpsRoom }) {
  const { t } = useTranslation();
  const name = (id: string): string =>
    room.participants.find((one) => one.participant_id === id)?.name ?? t("app.one_way.device");
  const names = { viewer: name(fault.viewer_id), publisher: name(fault.publisher_id) };
  return (
    <li data-testid="one-way-fault" data-kind={fault.kind} data-leg={fault.leg}>
      <strong>{t(`app.one_way.${fault.kind}`, names)}</strong>{" "}
      {t(`app.one_way.leg.${fault.leg}`, names)} {t(`app.one_way.step.${fault.step ?? "none"}`)}
    </li>
  );
}
