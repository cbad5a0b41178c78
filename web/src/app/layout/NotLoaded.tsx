/** What stands there when neither pace nor week could be read. */
import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function NotLoaded({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="card" role="alert">
      <Text>{t("pace.load_failed")}</Text>
      <Button variant="default" onClick={onRetry}>
        {t("common.retry")}
      </Button>
    </div>
  );
}
