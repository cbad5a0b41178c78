/** Sessions for several that a client may join: what, when, how many seats are left; one press takes or frees one. */
import { Alert, Badge, Button, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema";
import { request } from "../../shared/api";
import { errorText } from "../../shared/errors";
import { therapistNameOf } from "../../shared/named";
import { dayName, timeRange, visitorZone } from "../../shared/time";
import { useAttempt } from "../deciding";

type Schemas = components["schemas"];
type Group = Schemas["OfferedGroupReply"];

const GROUPS = ["groups"] as const;

export function Groups() {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: GROUPS,
    queryFn: ({ signal }) => request<Schemas["OfferedGroupsReply"]>("GET", "/groups", { signal }),
    refetchInterval: 60_000,
  });
  if (!data || data.groups.length === 0) return null;
  return (
    <section aria-labelledby="groups" className="stack">
      <Title order={2} size="h3" id="groups">
        {t("app.groups.title")}
      </Title>
      <ul className="plain-list">
        {data.groups.map((one) => (
          <Line key={one.group_id} one={one} />
        ))}
      </ul>
    </section>
  );
}

function Line({ one }: { one: Group }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const attempt = useAttempt();
  const zone = visitorZone();
  const path = `/groups/${one.group_id}/seat`;
  const seat = useMutation({
    mutationFn: () =>
      one.mine
        ? request("DELETE", path)
        : request("POST", path, { body: {}, idempotencyKey: attempt.keyFor(path) }),
    onSuccess: () => attempt.done(),
    onSettled: () => queries.invalidateQueries({ queryKey: GROUPS }),
  });
  const name = one.title[i18n.language] ?? Object.values(one.title)[0] ?? "";
  return (
    <li className="card own-session" data-testid="group" data-mine={one.mine || undefined}>
      <div className="grow">
        <Text fw={700}>{name}</Text>
        <Text>
          {dayName(one.starts_at, zone)} {timeRange(one.starts_at, one.ends_at, zone)}
        </Text>
        <Text>{t("app.own.with", { name: therapistNameOf(one) })}</Text>
        <Badge variant="light" color={one.mine ? "green" : "gray"}>
          {one.mine ? t("app.groups.mine") : t("app.groups.left", { count: one.left })}
        </Badge>
        {seat.error ? <Alert color="red">{errorText(t, seat.error).title}</Alert> : null}
      </div>
      <Button
        variant={one.mine ? "default" : "filled"}
        loading={seat.isPending}
        aria-label={t(one.mine ? "app.groups.give_back_of" : "app.groups.take_of", { name })}
        data-testid="group-seat"
        onClick={() => seat.mutate()}
      >
        {t(one.mine ? "app.groups.give_back" : "app.groups.take")}
      </Button>
    </li>
  );
}
