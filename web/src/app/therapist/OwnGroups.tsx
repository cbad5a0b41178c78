/** The therapist's sessions for several: who comes; opening one; calling one off, asked once more. */
import { Alert, Button, NativeSelect, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema";
import { asApiError, request } from "../../shared/api";
import { errorText } from "../../shared/errors";
import { newId } from "../../shared/ids";
import { dateAndTime } from "../../shared/time";
import { instantAt } from "../arrange/wall";

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
  const queries = useQueryClient();
  const [sure, setSure] = useState(false);
  const key = useRef(newId());
  const cancel = useMutation({
    mutationFn: () =>
      request("POST", `/groups/${one.group_id}/cancel`, { body: {}, idempotencyKey: key.current }),
    onSettled: () => queries.invalidateQueries({ queryKey: GROUPS }),
  });
  const { seats, taken } = one;
  return (
    <li data-testid="own-group">
      <Text fw={700}>{one.title[i18n.language] ?? ""}</Text>
      <Text size="sm">{dateAndTime(one.starts_at, zone)}</Text>
      <Text size="sm">{t("app.groups.taken", { taken, seats })}</Text>
      {one.names.length > 0 ? <Text size="sm">{one.names.join("、")}</Text> : null}
      {cancel.error ? <Alert color="red">{errorText(t, cancel.error).title}</Alert> : null}
      {sure ? (
        <div className="actions">
          <Button
            color="red"
            size="sm"
            loading={cancel.isPending}
            onClick={() => cancel.mutate()}
            data-testid="group-cancel-sure"
          >
            {t("app.groups.cancel_sure")}
          </Button>
          <Button variant="default" size="sm" onClick={() => setSure(false)}>
            {t("app.groups.keep")}
          </Button>
        </div>
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

/** One's own booking stands there: nobody else took the time. */
function clash(t: TFunction, error: unknown): string {
  const own = asApiError(error).code === "slot_taken";
  return own ? t("app.groups.own_clash") : errorText(t, error).title;
}

const EMPTY = { ja: "", en: "", day: "", time: "", seats: 10, length: 60 };

function Opening({ zone, today, onDone }: { zone: string; today: string; onDone: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [form, setForm] = useState(EMPTY);
  const [checked, setChecked] = useState(false);
  const key = useRef(newId());
  const change = (part: Partial<typeof EMPTY>): void => {
    key.current = newId();
    setForm({ ...form, ...part });
  };
  const startsAt = instantAt(form.day, form.time, zone);
  const open = useMutation({
    mutationFn: () =>
      request("POST", "/therapist/groups", {
        idempotencyKey: key.current,
        body: {
          title_ja: form.ja.trim(),
          title_en: form.en.trim(),
          seats: form.seats,
          starts_at: startsAt,
          session_min: form.length,
        },
      }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: GROUPS });
      onDone();
    },
  });
  const missing = (filled: unknown): string | null =>
    checked && !filled ? t("app.groups.missing") : null;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (form.ja.trim() && form.en.trim() && startsAt && !open.isPending) open.mutate();
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
      {open.error ? <Alert color="red">{clash(t, open.error)}</Alert> : null}
      <div className="actions">
        <Button type="submit" loading={open.isPending} data-testid="group-open">
          {t("app.groups.open")}
        </Button>
        <Button variant="default" onClick={onDone}>
          {t("app.groups.keep")}
        </Button>
      </div>
    </form>
  );
}
