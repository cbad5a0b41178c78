/** Catches a fault while drawing, so that nobody ever sees an empty page. */
import { Component, type ReactNode } from "react";
import { ApiError } from "../../shared/api";
import { ErrorScreen } from "./ErrorScreen";
import { Page } from "./Page";

export class Safeguard extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <Page>
        <ErrorScreen
          error={new ApiError({ code: "client_failed" })}
          onRetry={() => location.reload()}
        />
      </Page>
    );
  }
}
