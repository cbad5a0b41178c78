/** Why signing in or asking for a link did not work; after too many attempts, from when it works again. */
import { useTranslation } from "react-i18next";
import type { ApiError } from "../../shared/api";
import { errorText } from "../../shared/errors";
import { timeOfDay, visitorZone } from "../../shared/time";
import { useNow } from "../ticking";
import { secondsLeft } from "./fields";
import { Told } from "./Told";

interface Props {
  error: ApiError | null;
  /** When the refused attempt was made (ms since 1970, this machine's clock). */
  at: number;
}

const THROTTLED = new Set(["too_many_attempts", "too_many_links"]);

export function Refusal({ error, at }: Props) {
  const { t } = useTranslation();
  if (!error) return null;
  const text = errorText(t, error);
  return (
    <Told color="red" title={text.title} testId="refused">
      {THROTTLED.has(error.code) ? (
        <Throttled retryAfterS={error.extra["retry_after_s"]} at={at} fallback={text.next} />
      ) : (
        text.next
      )}
    </Told>
  );
}

function Throttled(props: { retryAfterS: unknown; at: number; fallback: string }) {
  const { t } = useTranslation();
  useNow(1_000);
  const left = secondsLeft(props.retryAfterS, props.at, Date.now());
  if (left === null) return props.fallback;
  if (left === 0) return t("app.sign_in.throttled_over");
  const free = new Date(props.at + Number(props.retryAfterS) * 1000 + 59_000).toISOString();
  return (
    <>
      {t("app.sign_in.throttled", { time: timeOfDay(free, visitorZone()) })}
      <span aria-hidden="true">{t("app.sign_in.throttled_left", { count: left })}</span>
    </>
  );
}
