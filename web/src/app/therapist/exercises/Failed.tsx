/** What could not be loaded, and trying again. */
import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function Failed({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="card" role="alert" data-testid="failed">
      <Text>{t("exercises.failed")}</Text>
      <Button variant="default" onClick={onRetry}>
        {t("common.retry")}
      </Button>
    </div>
  );
}
