/** The therapist's sessions for several: who comes; opening one; calling one off, asked once more. */
import { Button, NativeSelect, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema";
import { request } from "../../shared/api";
import { dateAndTime } from "../../shared/time";
import { instantAt } from "../arrange/wall";
import { useDecide } from "../deciding";
import { YesNo } from "../layout/YesNo";

type Schemas = components["schemas"];
type Group = Schemas["GroupReply"];

const GROUPS = ["own-groups"] as const;
const SEATS = [5, 8, 10, 15, 20, 30, 50, 100];
const LENGTHS = [30, 45, 60, 90, 120];

export function OwnGroups({ zone, today }: { zone: string; today: string }) {
  const { t } = useTranslation();
  const [opening, setOpening] = useState(false);
  const { data } = useQuery({
    queryKey: GROUPS,
    queryFn: ({ signal }) =>
      request<Schemas["GroupsReply"]>("GET", "/therapist/groups", { signal }),
  });
  const open = (data?.groups ?? []).filter((one) => one.status === "open");
  return (
    <section className="card" aria-labelledby="own-groups" data-testid="own-groups">
      <Title order={2} size="h4" id="own-groups">
        {t("app.groups.own")}
      </Title>
      {open.length === 0 ? <Text size="sm">{t("app.groups.none")}</Text> : null}
      <ul className="plain-list">
        {open.map((one) => (
          <Line key={one.group_id} one={one} zone={zone} />
        ))}
      </ul>
      {opening ? (
        <Opening zone={zone} today={today} onDone={() => setOpening(false)} />
      ) : (
        <Button variant="default" onClick={() => setOpening(true)} data-testid="group-new">
          {t("app.groups.open")}
        </Button>
      )}
    </section>
  );
}

function Line({ one, zone }: { one: Group; zone: string }) {
  const { t, i18n } = useTranslation();
  const [sure, setSure] = useState(false);
  const cancel = useDecide([GROUPS]);
  const { seats, taken } = one;
  return (
    <li data-testid="own-group">
      <Text fw={700}>{one.title[i18n.language] ?? ""}</Text>
      <Text size="sm">{dateAndTime(one.starts_at, zone)}</Text>
      <Text size="sm">{t("app.groups.taken", { taken, seats })}</Text>
      {one.names.length > 0 ? <Text size="sm">{one.names.join("、")}</Text> : null}
      {sure ? (
        <YesNo
          error={cancel.error}
          pending={cancel.isPending}
          color="red"
          size="sm"
          yes={t("app.groups.cancel_sure")}
          no={t("app.groups.keep")}
          testId="group-cancel-sure"
          onYes={() => cancel.mutate({ path: `/groups/${one.group_id}/cancel`, body: {} })}
          onNo={() => setSure(false)}
        />
      ) : (
        <Button
          variant="default"
          size="sm"
          onClick={() => setSure(true)}
          data-testid="group-cancel"
        >
          {t("app.groups.cancel")}
        </Button>
      )}
    </li>
  );
}

const EMPTY = { ja: "", en: "", day: "", time: "", seats: 10, length: 60 };

function Opening({ zone, today, onDone }: { zone: string; today: string; onDone: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState(EMPTY);
  const [checked, setChecked] = useState(false);
  const change = (part: Partial<typeof EMPTY>): void => setForm({ ...form, ...part });
  const startsAt = instantAt(form.day, form.time, zone);
  const open = useDecide([GROUPS]);
  const missing = (filled: unknown): string | null =>
    checked && !filled ? t("app.groups.missing") : null;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    const [title_ja, title_en] = [form.ja.trim(), form.en.trim()];
    if (!title_ja || !title_en || !startsAt || open.isPending) return;
    const { seats, length: session_min } = form;
    const body = { title_ja, title_en, seats, starts_at: startsAt, session_min };
    open.mutate({ path: "/therapist/groups", body }, { onSuccess: onDone });
  };
  return (
    <form className="stack" noValidate onSubmit={submit} data-testid="group-form">
      {(["ja", "en"] as const).map((language) => (
        <TextInput
          key={language}
          label={t(`app.groups.title_${language}`)}
          maxLength={80}
          data-testid={`group-title-${language}`}
          value={form[language]}
          error={missing(form[language].trim())}
          onChange={(event) => change({ [language]: event.currentTarget.value })}
        />
      ))}
      <TextInput
        type="date"
        label={t("app.arrange.day")}
        min={today}
        data-testid="group-day"
        value={form.day}
        error={missing(form.day)}
        onChange={(event) => change({ day: event.currentTarget.value })}
      />
      <TextInput
        type="time"
        label={t("app.groups.time")}
        data-testid="group-time"
        value={form.time}
        error={missing(startsAt)}
        onChange={(event) => change({ time: event.currentTarget.value })}
      />
      <NativeSelect
        label={t("app.groups.length")}
        value={form.length}
        onChange={(event) => change({ length: Number(event.currentTarget.value) })}
        data={LENGTHS.map((count) => ({
          value: String(count),
          label: t("app.groups.minutes", { count }),
        }))}
      />
      <NativeSelect
        label={t("app.groups.seats")}
        value={form.seats}
        onChange={(event) => change({ seats: Number(event.currentTarget.value) })}
        data={SEATS.map(String)}
      />
      <YesNo
        error={open.error}
        instead={{ slot_taken: t("app.groups.own_clash") }}
        pending={open.isPending}
        yes={t("app.groups.open")}
        no={t("app.groups.keep")}
        testId="group-open"
        onNo={onDone}
      />
    </form>
  );
}
