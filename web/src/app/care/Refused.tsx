/** What the server said no to, where it was asked; `instead`: this place's own words for some codes. */
import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { errorText } from "../../shared/errors";

interface Props {
  error: unknown;
  instead?: Readonly<Record<string, string>>;
}

export function Refused({ error, instead = {} }: Props) {
  const { t } = useTranslation();
  if (!error) return <div role="alert" />;
  const text = errorText(t, error);
  const own = Object.hasOwn(instead, text.code) ? instead[text.code] : undefined;
  return (
    <div role="alert">
      <Alert color="red" title={own ?? text.title} data-code={text.code}>
        {own ? null : text.next}
      </Alert>
    </div>
  );
}
