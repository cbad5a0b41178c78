/** The people of a room with what the relay measures: a table where there is room for one, cards on a phone. */
import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OpsDevice, OpsParticipant, OpsRoom } from "../../api/types";
import { timeOfDay, visitorZone } from "../../shared/time";
import { bitrate, milliseconds, mos, percent } from "./format";
import { qualityOf } from "./quality";

interface Props {
  room: OpsRoom;
  code: string;
}

export function PeopleTable({ room, code }: Props) {
  const { t } = useTranslation();
  return (
    <Table className="people" aria-label={t("app.rooms.participants", { code })}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t("app.rooms.person")}</Table.Th>
          <Table.Th scope="col">{t("app.rooms.state")}</Table.Th>
          <Table.Th scope="col">{t("app.rooms.quality")}</Table.Th>
          <Table.Th scope="col">{t("app.rooms.rates")}</Table.Th>
          <Table.Th scope="col">{t("app.rooms.loss")}</Table.Th>
          <Table.Th scope="col">{t("app.rooms.delays")}</Table.Th>
          <Table.Th scope="col">{t("app.rooms.heard_seen")}</Table.Th>
          <Table.Th scope="col">{t("app.rooms.transport")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {room.participants.map((one) => (
          <PersonRow key={one.participant_id} one={one} room={room} />
        ))}
        {room.devices.map((one) => (
          <DeviceRow key={one.device_id} one={one} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface PersonProps {
  one: OpsParticipant;
  room: OpsRoom;
}

function PersonRow({ one, room }: PersonProps) {
  return (
    <Table.Tr data-testid="staff-participant">
      <Table.Th scope="row">
        <Who one={one} />
      </Table.Th>
      <Table.Td>
        <Standing one={one} />
      </Table.Td>
      <Table.Td>
        <QualityHint one={one} room={room} />
      </Table.Td>
      <Table.Td className="figure">
        <Pair first={bitrate(one.up_bps)} second={bitrate(one.down_bps)} />
      </Table.Td>
      <Table.Td className="figure">
        <Pair first={percent(one.loss_up_pct)} second={percent(one.loss_down_pct)} />
      </Table.Td>
      <Table.Td className="figure">
        <Pair first={milliseconds(one.rtt_ms)} second={milliseconds(one.jitter_ms)} />
      </Table.Td>
      <Table.Td className="figure figure-words">
        <Pair first={mos(one.mos)} second={useFreezes(one)} />
      </Table.Td>
      <Table.Td>
        <Way one={one} />
      </Table.Td>
    </Table.Tr>
  );
}

function DeviceRow({ one }: { one: OpsDevice }) {
  const { t } = useTranslation();
  return (
    <Table.Tr data-testid="staff-device">
      <Table.Th scope="row">
        <DeviceName one={one} />
      </Table.Th>
      <Table.Td colSpan={2}>{t(`app.rooms.device_state.${one.state}`)}</Table.Td>
      <Table.Td className="figure">
        <Pair first={bitrate(one.up_bps)} second={bitrate(one.down_bps)} />
      </Table.Td>
      <Table.Td className="figure" colSpan={3}>
        <Pair first={percent(one.loss_up_pct)} second={percent(one.loss_down_pct)} />
      </Table.Td>
      <Table.Td>{one.transport?.toUpperCase() ?? t("app.rooms.transport_none")}</Table.Td>
    </Table.Tr>
  );
}

function DeviceName({ one }: { one: OpsDevice }) {
  const { t } = useTranslation();
  return (
    <div>
      <div className="person-name">{t(`app.devices.${one.purpose}`)}</div>
      <div className="dimmed small">{t("app.rooms.device")}</div>
    </div>
  );
}

function Pair({ first, second }: { first: string; second: string }) {
  return (
    <>
      {first} /<br />
      {second}
    </>
  );
}

export function PeopleCards({ room, code }: Props) {
  const { t } = useTranslation();
  return (
    <ul className="plain-list people-cards" aria-label={t("app.rooms.participants", { code })}>
      {room.participants.map((one) => (
        <li key={one.participant_id} data-testid="staff-participant">
          <div className="person-head">
            <Who one={one} />
            <Standing one={one} />
          </div>
          <QualityHint one={one} room={room} />
          <Figures one={one} />
        </li>
      ))}
      {room.devices.map((one) => (
        <li key={one.device_id} data-testid="staff-device">
          <div className="person-head">
            <DeviceName one={one} />
            <div>{t(`app.rooms.device_state.${one.state}`)}</div>
          </div>
          <span className="figure">
            {bitrate(one.up_bps)} / {bitrate(one.down_bps)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Figures({ one }: { one: OpsParticipant }) {
  const { t } = useTranslation();
  const figures: readonly (readonly [string, string])[] = [
    [t("app.rooms.up"), bitrate(one.up_bps)],
    [t("app.rooms.down"), bitrate(one.down_bps)],
    [t("app.rooms.loss"), `${percent(one.loss_up_pct)} / ${percent(one.loss_down_pct)}`],
    [t("app.rooms.rtt"), milliseconds(one.rtt_ms)],
    [t("app.rooms.jitter"), milliseconds(one.jitter_ms)],
    [t("app.rooms.sound"), mos(one.mos)],
    [t("app.rooms.freezes"), useFreezes(one)],
  ];
  return (
    <dl className="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="figure">{value}</dd>
        </div>
      ))}
      <div>
        <dt>{t("app.rooms.transport")}</dt>
        <dd>
          <Way one={one} />
        </dd>
      </div>
    </dl>
  );
}

/** "1 lately, 3 in all (1.2 s)": in the last five minutes; how often, and how long together. */
function useFreezes({ freezes, frozen_ms, freezes_lately }: OpsParticipant): string {
  const { t } = useTranslation();
  if (freezes === null) return "–";
  const seconds = ((frozen_ms ?? 0) / 1000).toFixed(1);
  return t("app.rooms.frozen", { count: freezes, seconds, lately: freezes_lately ?? 0 });
}

function Who({ one }: { one: OpsParticipant }) {
  const { t } = useTranslation();
  return (
    <div>
      <div className="person-name">{one.name}</div>
      <div className="dimmed small">
        {t([`app.role.${one.role as "client"}`, "app.role.unknown"])}
      </div>
    </div>
  );
}

function Standing({ one }: { one: OpsParticipant }) {
  const { t } = useTranslation();
  const time = timeOfDay(one.since, visitorZone());
  return (
    <div>
      <div data-testid="participant-state" data-state={one.state}>
        {t([`app.participant_state.${one.state as "connected"}`, "app.participant_state.unknown"])}
      </div>
      <div className="dimmed small">{t("app.rooms.since", { time })}</div>
    </div>
  );
}

/** How packets go between them and the relay: the protocol, and what stands between. */
function Way({ one }: { one: OpsParticipant }) {
  const { t } = useTranslation();
  if (!one.transport) return <>{t("app.rooms.transport_none")}</>;
  const behindTurn = one.candidate_type === "relay";
  const protocol = (behindTurn ? one.protocol : null) ?? one.transport;
  return (
    <div data-testid="way" data-candidate={one.candidate_type ?? ""}>
      {protocol.toUpperCase()}
      {one.candidate_type ? (
        <div className="dimmed small">{t(`app.candidate.${one.candidate_type}`)}</div>
      ) : null}
    </div>
  );
}

/** Shape, colour and words say the same, so that none of them is needed alone. */
function QualityHint({ one, room }: PersonProps) {
  const { t } = useTranslation();
  const { level, cause } = qualityOf(one, isOneWay(room, one.participant_id));
  const scored = one.score !== null && level !== "none";
  return (
    <div className="quality" data-level={level} data-cause={cause} data-testid="quality">
      <span className="quality-mark" aria-hidden="true">
        {MARKS[level]}
      </span>
      <div>
        <div className="quality-level">
          {t(`app.level.${level}`)}
          {scored ? (
            <span className="score">{t("app.rooms.score", { score: one.score })}</span>
          ) : null}
        </div>
        <div className="dimmed small">{t(`app.cause.${cause}`)}</div>
      </div>
    </div>
  );
}

function isOneWay(room: OpsRoom, id: string): boolean {
  return room.one_way.some((fault) => fault.viewer_id === id || fault.publisher_id === id);
}

const MARKS = { good: "●", fair: "▲", poor: "■", none: "○" } as const;
