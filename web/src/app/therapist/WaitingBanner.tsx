/** Says who is in the waiting room and leads there. Its spoken part changes only when the people do, not each minute. */
import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Waiting } from "./alarm";
import type { SoundState } from "./chime";

interface Props {
  waiting: readonly Waiting[];
  sound: SoundState;
  nowMs: number;
  onQuiet: () => void;
}

export function WaitingBanner({ waiting, sound, nowMs, onQuiet }: Props) {
  const { t } = useTranslation();
  const names = waiting.map((one) => t("app.today.waiting_banner", { name: one.clientName }));
  const audible = sound === "ready" && waiting.some((one) => !one.quiet);
  return (
    <>
      <div role="alert" className="visually-hidden">
        {names.join(" ")}
      </div>
      {waiting.length > 0 ? (
        <section className="banner" data-testid="client-waiting">
          {waiting.map((one) => (
            <WaitingOne key={one.bookingId} one={one} nowMs={nowMs} />
          ))}
          {audible ? (
            <Button variant="subtle" color="apricot" size="sm" onClick={onQuiet}>
              {t("app.today.quiet")}
            </Button>
          ) : null}
        </section>
      ) : null}
    </>
  );
}

function WaitingOne({ one, nowMs }: { one: Waiting; nowMs: number }) {
  const { t } = useTranslation();
  const minutes = Math.floor((nowMs - one.sinceMs) / 60_000);
  return (
    <div className="banner-row">
      <span className="pulse" aria-hidden="true" />
      <div className="grow">
        <Text fw={700}>{t("app.today.waiting_banner", { name: one.clientName })}</Text>
        <Text size="sm">
          {minutes > 0
            ? t("app.today.waiting_for", { count: minutes })
            : t("app.today.waiting_just_now")}
        </Text>
      </div>
      <Button
        component="a"
        href={`/room/${one.bookingId}`}
        aria-label={t("app.today.open_room_for", { name: one.clientName })}
        data-testid="open-waiting-room"
      >
        {t("app.today.open_room")}
      </Button>
    </div>
  );
}
