/** A secret that is shown this once, to be copied to where it is needed. */
import { Button, TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

export function Copied({ label, value, name }: { label: string; value: string; name: string }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const [done, setDone] = useState("");
  const copy = (): void => {
    // Without a secure context there is no clipboard: the text stands selected then.
    field.current?.select();
    void navigator.clipboard?.writeText(value).then(() => setDone(value));
  };
  return (
    <div className="copied">
      <TextInput
        ref={field}
        className="grow"
        label={label}
        name={name}
        value={value}
        readOnly
        data-testid={`grant-${name}`}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button variant="default" aria-label={t("app.devices.copy_of", { label })} onClick={copy}>
        {t(done === value ? "app.devices.copied" : "app.devices.copy")}
      </Button>
    </div>
  );
}
