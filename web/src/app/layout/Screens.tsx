/** The pages which stand in for another one: loading, unknown address, no right, no server. */
import { Button, Loader } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Me } from "../../api/types";
import { PageLink } from "../navigation";
import { ME } from "../queries";
import { homeOf } from "../routes";
import { signOut } from "../session";
import { ErrorScreen } from "./ErrorScreen";

export function Loading() {
  const { t } = useTranslation();
  return (
    <div role="status" className="loading">
      <Loader type="dots" aria-hidden="true" />
      <span>{t("common.loading")}</span>
    </div>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return <ErrorScreen title={t("app.not_found.title")} text={t("app.not_found.text")} />;
}

export function NotAllowed({ me }: { me: Me }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const own = homeOf(me.roles);
  return (
    <ErrorScreen
      title={t("app.not_allowed.title")}
      text={t("app.not_allowed.text", { name: me.name ?? "" })}
    >
      {own === "/" ? null : (
        <Button component={PageLink} href={own}>
          {t("app.not_allowed.own")}
        </Button>
      )}
      <Button variant="default" onClick={() => void signOut(queries)}>
        {t("app.header.sign_out")}
      </Button>
    </ErrorScreen>
  );
}

export function Unreachable() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return (
    <ErrorScreen title={t("app.unreachable.title")} text={t("app.unreachable.text")}>
      <Button onClick={() => void queries.refetchQueries({ queryKey: ME })}>
        {t("common.retry")}
      </Button>
    </ErrorScreen>
  );
}
