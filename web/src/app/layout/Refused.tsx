/** What the server said no to, and what to do next; read out when it comes. */
import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { errorText } from "../../shared/errors";

export interface RefusedProps {
  error: unknown;
  /** This place's own words for some codes. */
  instead?: Readonly<Record<string, string>> | undefined;
}

export function Refused({ error, instead = {} }: RefusedProps) {
  const { t } = useTranslation();
  if (!error) return <div role="alert" />;
  const text = errorText(t, error);
  const own = Object.hasOwn(instead, text.code) ? instead[text.code] : undefined;
  // Mantine's own role would have it said twice.
  return (
    <div role="alert">
      <Alert role="group" color="red" title={own ?? text.title} data-code={text.code}>
        {own ? null : text.next}
      </Alert>
    </div>
  );
}
