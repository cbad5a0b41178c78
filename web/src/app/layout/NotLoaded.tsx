/** What stands there when a part of a page could not be read, and reading it again. */
import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  text: string;
  onRetry: () => void;
}

export function NotLoaded({ text, onRetry }: Props) {
  const { t } = useTranslation();
  return (
    <div className="card" role="alert" data-testid="failed">
      <Text>{text}</Text>
      <Button variant="default" onClick={onRetry}>
        {t("common.retry")}
      </Button>
    </div>
  );
}
