/** Catches a fault of ours while drawing, so that nobody is left with an empty page. */
import { Button } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch } from "../../shared/LanguageSwitch";
import { ErrorScreen } from "./ErrorScreen";

interface State {
  broken: boolean;
}

export class Broken extends Component<{ children: ReactNode }, State> {
  override state: State = { broken: false };

  static getDerivedStateFromError(): State {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <BrokenScreen /> : this.props.children;
  }
}

function BrokenScreen() {
  const { t } = useTranslation();
  return (
    <main className="main">
      <LanguageSwitch />
      <ErrorScreen title={t("app.broken.title")} text={t("app.broken.text")}>
        <Button onClick={() => location.reload()}>{t("app.broken.reload")}</Button>
      </ErrorScreen>
    </main>
  );
}
