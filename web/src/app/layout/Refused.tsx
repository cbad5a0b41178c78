/** What the server said no to, and what to do next; read out when it comes. */
import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { errorText } from "../../shared/errors";

export function Refused({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (!error) return <div role="alert" />;
  const text = errorText(t, error);
  return (
    <div role="alert">
      <Alert color="red" title={text.title} data-code={text.code}>
        {text.next}
      </Alert>
    </div>
  );
}
