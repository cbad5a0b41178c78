/** Loads the page again, which begins every connection anew and comes back to the same place. */
import { useTranslation } from "react-i18next";
import { Button } from "./Button";

export function ReloadButton() {
  const { t } = useTranslation();
  return (
    <Button onClick={() => location.reload()} data-testid="reload">
      {t("common.reload")}
    </Button>
  );
}
