/** A therapist's page, once there is a practice to show: before, who sets it up. Trying again would not help. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorScreen } from "../layout/ErrorScreen";
import { usePractice } from "../queries";

export function WithPractice({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const missing = isMissing(usePractice().error);
  if (!missing) return children;
  return (
    <div data-testid="no-practice">
      <ErrorScreen title={t("app.no_practice.title")} text={t("app.no_practice.text")} />
    </div>
  );
}

/** The server knows nobody with this id as a therapist. */
export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "therapist_unknown";
}
