/** Offers messages in this browser to whoever is signed in. Nothing where the browser cannot show any. */
import { Button, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type PushState, pushState, startPush, stopPush } from "./push";

export function PushChoice({ person }: { person: string }) {
  const { t } = useTranslation();
  const [state, setState] = useState<PushState>("unsupported");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let here = true;
    const look = async () => {
      const found = await pushState(person).catch(() => "unsupported" as const);
      if (here) setState(found);
    };
    void look();
    return () => {
      here = false;
    };
  }, [person]);
  const change = async () => {
    setBusy(true);
    setFailed(false);
    try {
      setState(await (state === "on" ? stopPush() : startPush(person)));
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  if (state === "unsupported") return null;
  return (
    <section className="card readable" aria-labelledby="push-title" data-testid="push">
      <Title order={2} size="h3" id="push-title">
        {t("app.push.title")}
      </Title>
      <Text>{t("app.push.text")}</Text>
      <div role="status">
        {failed ? <Text>{t("app.push.failed")}</Text> : null}
        {state === "on" ? <Text>{t("app.push.on")}</Text> : null}
      </div>
      {state === "blocked" ? (
        <Text>{t("app.push.blocked")}</Text>
      ) : (
        <Button variant="default" loading={busy} onClick={() => void change()}>
          {t(state === "on" ? "app.push.stop" : "app.push.start")}
        </Button>
      )}
    </section>
  );
}
