/** The people of a room with what the relay measures: a table where there is room for one, cards on a phone. */
import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OpsParticipant, OpsRoom } from "../../api/types";
import { timeOfDay, visitorZone } from "../../shared/time";
import { bitrate, milliseconds, percent } from "./format";
import { type Quality, qualityOf } from "./quality";

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
          <Table.Th scope="col">{t("app.rooms.up")}</Table.Th>
          <Table.Th scope="col">{t("app.rooms.down")}</Table.Th>
          <Table.Th scope="col">{t("app.rooms.loss")}</Table.Th>
          <Table.Th scope="col">{t("app.rooms.rtt")}</Table.Th>
          <Table.Th scope="col">{t("app.rooms.transport")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {room.participants.map((one) => (
          <PersonRow key={one.participant_id} one={one} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function PersonRow({ one }: { one: OpsParticipant }) {
  return (
    <Table.Tr data-testid="staff-participant">
      <Table.Th scope="row">
        <Who one={one} />
      </Table.Th>
      <Table.Td>
        <Standing one={one} />
      </Table.Td>
      <Table.Td>
        <QualityHint quality={qualityOf(one)} />
      </Table.Td>
      <Table.Td className="figure">{bitrate(one.up_bps)}</Table.Td>
      <Table.Td className="figure">{bitrate(one.down_bps)}</Table.Td>
      <Table.Td className="figure">
        {percent(one.loss_up_pct)} / {percent(one.loss_down_pct)}
      </Table.Td>
      <Table.Td className="figure">{milliseconds(one.rtt_ms)}</Table.Td>
      <Table.Td>
        <Transport one={one} />
      </Table.Td>
    </Table.Tr>
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
          <QualityHint quality={qualityOf(one)} />
          <Figures one={one} />
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
          <Transport one={one} />
        </dd>
      </div>
    </dl>
  );
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

function Transport({ one }: { one: OpsParticipant }) {
  const { t } = useTranslation();
  return <>{one.transport ? one.transport.toUpperCase() : t("app.rooms.transport_none")}</>;
}

/** Shape, colour and words say the same, so that none of them is needed alone. */
function QualityHint({ quality }: { quality: Quality }) {
  const { t } = useTranslation();
  return (
    <div className="quality" data-level={quality.level} data-testid="quality">
      <span className="quality-mark" aria-hidden="true">
        {MARKS[quality.level]}
      </span>
      <div>
        <div className="quality-level">{t(`app.level.${quality.level}`)}</div>
        <div className="dimmed small">{t(`app.cause.${quality.cause}`)}</div>
      </div>
    </div>
  );
}

const MARKS = { good: "●", fair: "▲", poor: "■", none: "○" } as const;
