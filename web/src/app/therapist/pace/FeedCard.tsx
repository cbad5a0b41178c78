/** One's sessions as a calendar to subscribe to. Its address is a secret: shown once, renewed or ended at any time. */
import { Alert, Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Copied } from "../../layout/Copied";
import { Refused } from "../../layout/Refused";
import { Loading } from "../../layout/Screens";
import { Sure } from "../../layout/Sure";
import { Card } from "./Card";
import { NotLoaded } from "../../layout/NotLoaded";
import { useFeed, useFeedChange } from "./calendars";

export function FeedCard() {
  const { t } = useTranslation();
  const { data, isError, refetch } = useFeed();
  const change = useFeedChange();
  const url = change.data ?? null;
  const busy = (wanted: "make" | "end"): boolean => change.isPending && change.variables === wanted;
  return (
    <Card name="feed" title={t("pace.feed.title")} lead={t("pace.feed.lead")}>
      {data ? null : isError ? (
        <NotLoaded text={t("pace.load_failed")} onRetry={() => void refetch()} />
      ) : (
        <Loading />
      )}
      {data ? (
        <Text data-testid="feed-state" data-active={data.active}>
          {t(data.active ? "pace.feed.active" : "pace.feed.none")}
        </Text>
      ) : null}
      <div role="status">
        {url ? (
          <Alert color="green" className="copied-once">
            <div className="stack">
              <Text size="sm">{t("pace.feed.secret")}</Text>
              <Copied label={t("pace.feed.address")} value={url} name="feed" />
            </div>
          </Alert>
        ) : null}
      </div>
      <Refused error={change.error} />
      {data?.active ? (
        <div className="actions">
          <Sure
            label={t("pace.feed.renew")}
            question={t("pace.feed.renew_sure")}
            busy={busy("make")}
            testId="renew-feed"
            onSure={() => change.mutate("make")}
          >
            {t("pace.feed.renew")}
          </Sure>
          <Sure
            label={t("pace.feed.end")}
            question={t("pace.feed.end_sure")}
            busy={busy("end")}
            testId="end-feed"
            onSure={() => change.mutate("end")}
          >
            {t("pace.feed.end")}
          </Sure>
        </div>
      ) : null}
      {data && !data.active ? (
        <Button
          variant="default"
          size="sm"
          loading={busy("make")}
          data-testid="make-feed"
          onClick={() => change.mutate("make")}
        >
          {t("pace.feed.make")}
        </Button>
      ) : null}
    </Card>
  );
}
