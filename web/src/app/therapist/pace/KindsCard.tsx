/** Kinds of sessions: what clients can book. Ending one keeps what is booked; the service's own stands in for none. */
import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Pace, SessionType } from "../../../api/types";
import { currentLanguage } from "../../../shared/i18n";
import { Card, Line } from "./Card";
import { KindEditor } from "./KindEditor";
import { bodyOf, formOf } from "./kinds";
import type { Change, Outcome, Save } from "./usePace";

type Open = { readonly id: string | null } | null;

export function KindsCard({ pace, saving, save }: { pace: Pace; saving: boolean; save: Save }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Open>(null);
  const kinds = pace.session_types;
  const [first] = kinds;
  const send = async (id: string | null, body: ReturnType<typeof bodyOf>): Promise<Outcome> => {
    const before = kinds.find((one) => one.session_type_id === id);
    const done = await save(
      id && before
        ? changed(before, body, t("pace.kinds.saved"))
        : added(body, t("pace.kinds.added")),
    );
    if (done.ok) setOpen(null);
    return done;
  };
  const editor = (kind: SessionType, id: string | null) => (
    <KindEditor
      key={id ?? "new"}
      kind={kind}
      saving={saving}
      onSave={(body) => send(id, body)}
      onCancel={() => setOpen(null)}
    />
  );
  return (
    <Card name="kinds" title={t("pace.kinds.title")} lead={t("pace.kinds.lead")}>
      <ul className="plain-list">
        {kinds.map((kind) =>
          open?.id && open.id === kind.session_type_id ? (
            <li key={kind.session_type_id}>{editor(kind, kind.session_type_id)}</li>
          ) : (
            <Kind
              key={kind.session_type_id ?? "service"}
              kind={kind}
              onEdit={() => setOpen({ id: kind.session_type_id })}
              onEnd={() => void save(ended(kind, t("pace.kinds.ended", { name: nameOf(kind) })))}
            />
          ),
        )}
      </ul>
      {open && open.id === null && first ? editor(withoutName(first, kinds), null) : null}
      {open ? null : (
        <Button
          variant="default"
          size="sm"
          data-testid="add-kind"
          onClick={() => setOpen({ id: null })}
        >
          {t("pace.kinds.add")}
        </Button>
      )}
    </Card>
  );
}

function Kind(props: { kind: SessionType; onEdit: () => void; onEnd: () => void }) {
  const { t } = useTranslation();
  const { kind } = props;
  const name = nameOf(kind);
  const own = kind.session_type_id !== null;
  const values = { length: kind.session_min, step: kind.step_min };
  const buffers = { before: kind.buffer_before_min, after: kind.buffer_after_min };
  return (
    <Line
      testId="kind"
      actions={
        own ? (
          <>
            <Button
              variant="default"
              size="sm"
              aria-label={t("pace.kinds.edit_of", { name })}
              onClick={props.onEdit}
            >
              {t("pace.edit")}
            </Button>
            <Button
              variant="subtle"
              color="red"
              size="sm"
              aria-label={t("pace.kinds.end_of", { name })}
              data-testid="end-kind"
              onClick={props.onEnd}
            >
              {t("pace.kinds.end")}
            </Button>
          </>
        ) : null
      }
    >
      <Text fw={700}>{name}</Text>
      <Text size="sm">
        {t("pace.kinds.summary", values)} {t("pace.kinds.buffers", buffers)}
        {kind.approval ? ` ${t("pace.kinds.with_approval")}` : ""}
      </Text>
      {own ? null : (
        <Text size="sm" c="dimmed">
          {t("pace.kinds.service")}
        </Text>
      )}
    </Line>
  );
}

function nameOf(kind: SessionType): string {
  return kind.name[currentLanguage()] ?? kind.name["ja"] ?? "";
}

/** A new kind begins like the first one; the service's own keeps its name, since the new one takes its place. */
function withoutName(kind: SessionType, kinds: readonly SessionType[]): SessionType {
  return kinds.some((one) => one.session_type_id) ? { ...kind, name: {} } : kind;
}

function added(body: ReturnType<typeof bodyOf>, said: string): Change {
  return {
    method: "POST",
    path: "/session-types",
    body,
    said,
    undo: (before, after) => {
      const known = new Set(before.session_types.map((one) => one.session_type_id));
      const made = after.session_types.find((one) => !known.has(one.session_type_id));
      return made ? { method: "DELETE", path: `/session-types/${made.session_type_id}` } : null;
    },
  };
}

function changed(before: SessionType, body: ReturnType<typeof bodyOf>, said: string): Change {
  const path = `/session-types/${before.session_type_id}`;
  const set = (values: ReturnType<typeof bodyOf>) =>
    ({ method: "PUT", path, body: values }) as const;
  return { ...set(body), said, undo: () => set(bodyOf(formOf(before))) };
}

function ended(kind: SessionType, said: string): Change {
  return {
    method: "DELETE",
    path: `/session-types/${kind.session_type_id}`,
    said,
    undo: () => ({ method: "POST", path: "/session-types", body: bodyOf(formOf(kind)) }),
  };
}
