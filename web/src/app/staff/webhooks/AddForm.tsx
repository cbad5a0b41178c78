/** Another system's address, and what it is told. */
import { Button, Checkbox, TextInput, Title } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { asApiError } from "../../../shared/api";
import { useAttempt } from "../../deciding";
import { Refused } from "../../layout/Refused";
import { type Made, TOPICS, type Topic, isAddressRefused, useAdd, wordOf } from "./hooks";

const USUAL: readonly Topic[] = ["booking.confirmed", "booking.changed", "booking.cancelled"];
const URL_MAX = 2000;

export function AddForm(props: { onMade: (made: Made) => void; onCancel: () => void }) {
  const { t } = useTranslation();
  const [url, setUrl] = useState("");
  const [topics, setTopics] = useState<readonly string[]>(USUAL);
  const [checked, setChecked] = useState(false);
  const attempt = useAttempt();
  const field = useRef<HTMLInputElement>(null);
  const add = useAdd();
  const addressRefused = isAddressRefused(add.error);
  const changed = (change: () => void): void => {
    add.reset();
    change();
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    const chosen = TOPICS.filter((each) => topics.includes(each));
    if (!url.trim()) return field.current?.focus();
    if (chosen.length === 0 || add.isPending) return;
    const body = { url: url.trim(), topics: chosen };
    const key = attempt.keyFor(JSON.stringify(body));
    const onError = (error: unknown): void => {
      if (asApiError(error).code === "gone") attempt.done(); // made by this key, and removed since
    };
    add.mutate({ body, key }, { onSuccess: props.onMade, onError });
  };
  const missing = checked && !url.trim() ? t("webhooks.url_missing") : null;
  return (
    <form className="card" noValidate onSubmit={submit} aria-labelledby="add-webhook">
      <Title order={2} size="h4" id="add-webhook">
        {t("webhooks.add")}
      </Title>
      <TextInput
        ref={field}
        type="url"
        label={t("webhooks.url")}
        description={t("webhooks.url_text")}
        autoComplete="off"
        maxLength={URL_MAX}
        data-testid="webhook-url"
        value={url}
        error={missing ?? (addressRefused ? t("webhooks.url_refused") : null)}
        onChange={(event) => changed(() => setUrl(event.currentTarget.value))}
      />
      <Checkbox.Group
        label={t("webhooks.topics")}
        description={t("webhooks.topics_text")}
        value={[...topics]}
        error={checked && topics.length === 0 ? t("webhooks.topics_missing") : null}
        onChange={(chosen) => changed(() => setTopics(chosen))}
      >
        <div className="topic-choices">
          {TOPICS.map((topic) => (
            <Checkbox
              key={topic}
              value={topic}
              label={t(`webhooks.topic.${wordOf(topic)}`)}
              description={topic}
              data-testid={`topic-${wordOf(topic)}`}
            />
          ))}
        </div>
      </Checkbox.Group>
      <Refused error={addressRefused ? null : add.error} />
      <div className="actions">
        <Button type="submit" loading={add.isPending} data-testid="save-webhook">
          {t("common.save")}
        </Button>
        <Button variant="default" onClick={props.onCancel}>
          {t("common.cancel")}
        </Button>
      </div>
    </form>
  );
}
