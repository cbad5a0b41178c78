/** Sessions of the last days that did not go as agreed; staff correct what the room could not know, with a reason. */
import { Alert, Button, NativeSelect, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema";
import { request } from "../../shared/api";
import { serverNow } from "../../shared/clock";
import { therapistNameOf } from "../../shared/named";
import { addDays, dateAndTime, localDate, visitorZone } from "../../shared/time";
import { useDecide } from "../deciding";
import { YesNo } from "../layout/YesNo";

type Schemas = components["schemas"];
type Outcome = Schemas["OutcomeReply"];

const OUTCOMES = ["outcomes"] as const;
const DAYS = 7;
const CHOICES = ["fulfilled", "client", "therapist", "both", "nobody"] as const;
type Choice = (typeof CHOICES)[number];

export function Outcomes() {
  const { t } = useTranslation();
  const zone = visitorZone();
  const { data, isError } = useQuery({
    queryKey: OUTCOMES,
    queryFn: ({ signal }) => {
      const to = localDate(serverNow(), zone);
      const asked = new URLSearchParams({ from: addDays(to, 1 - DAYS), to, tz: zone });
      return request<Schemas["OutcomesReply"]>("GET", `/staff/outcomes?${asked}`, { signal });
    },
    refetchInterval: 60_000,
  });
  return (
    <section className="stack" aria-labelledby="outcomes" data-testid="outcomes">
      <Title order={2} size="h3" id="outcomes">
        {t("app.outcomes.title", { count: DAYS })}
      </Title>
      {isError ? <Alert color="red">{t("app.outcomes.failed")}</Alert> : null}
      {data?.outcomes.length === 0 ? <Text>{t("app.outcomes.none")}</Text> : null}
      <ul className="plain-list">
        {data?.outcomes.map((one) => (
          <Line key={one.booking_id} one={one} zone={zone} />
        ))}
      </ul>
    </section>
  );
}

function choiceOf(one: Outcome): Choice {
  if (one.status === "fulfilled") return "fulfilled";
  return CHOICES.find((each) => each === one.noshow_by) ?? "nobody";
}

/** As the server takes it. */
function statusOf(choice: Choice) {
  if (choice === "fulfilled") return { status: "fulfilled", noshow_by: null };
  return { status: "noshow", noshow_by: choice === "nobody" ? null : choice };
}

function Line({ one, zone }: { one: Outcome; zone: string }) {
  const { t } = useTranslation();
  const [correcting, setCorrecting] = useState(false);
  const minutes = (seconds: number | null): number => Math.floor((seconds ?? 0) / 60);
  const notes = [
    t(`app.outcomes.${choiceOf(one)}`),
    ...(["client_late", "therapist_late", "overrun"] as const)
      .map((what) => [what, minutes(one[`${what}_s`])] as const)
      .filter(([, count]) => count >= 5)
      .map(([what, count]) => t(`app.outcomes.${what}`, { count })),
  ];
  return (
    <li className="card" data-testid="outcome" data-status={one.status}>
      <Text fw={700}>{dateAndTime(one.starts_at, zone)}</Text>
      <Text>
        {t("app.outcomes.people", { client: one.client_name, other: therapistNameOf(one) })}
      </Text>
      <Text size="sm">{notes.join(" · ")}</Text>
      {correcting ? (
        <Correcting one={one} onDone={() => setCorrecting(false)} />
      ) : (
        <Button
          variant="default"
          size="sm"
          onClick={() => setCorrecting(true)}
          data-testid="outcome-correct"
        >
          {t("app.outcomes.correct")}
        </Button>
      )}
    </li>
  );
}

function Correcting({ one, onDone }: { one: Outcome; onDone: () => void }) {
  const { t } = useTranslation();
  const choices = CHOICES.filter((each) => one.status === "noshow" || each !== "fulfilled");
  // What is shown is what is sent: it begins with one of those that can be chosen.
  const [choice, setChoice] = useState(
    choices.find((each) => each === choiceOf(one)) ?? choices[0] ?? "nobody",
  );
  const [reason, setReason] = useState("");
  const [checked, setChecked] = useState(false);
  const correct = useDecide([OUTCOMES]);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (!reason.trim() || correct.isPending) return;
    const body = { ...statusOf(choice), reason: reason.trim() };
    correct.mutate({ path: `/staff/outcomes/${one.booking_id}`, body }, { onSuccess: onDone });
  };
  return (
    <form className="stack" noValidate onSubmit={submit}>
      <NativeSelect
        label={t("app.outcomes.what")}
        value={choice}
        data-testid="outcome-choice"
        onChange={(event) => setChoice(event.currentTarget.value as Choice)}
        data={choices.map((each) => ({ value: each, label: t(`app.outcomes.${each}`) }))}
      />
      <TextInput
        label={t("app.outcomes.reason")}
        description={t("app.outcomes.reason_text")}
        maxLength={300}
        data-testid="outcome-reason"
        value={reason}
        error={checked && !reason.trim() ? t("app.outcomes.reason_missing") : null}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <YesNo
        error={correct.error}
        pending={correct.isPending}
        yes={t("app.outcomes.save")}
        no={t("app.groups.keep")}
        testId="outcome-save"
        onNo={onDone}
      />
    </form>
  );
}
