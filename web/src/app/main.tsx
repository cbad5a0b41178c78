/** Starts the pages of signed-in people: texts, theme, queries, then the page the address names. */
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "../shared/styles/tokens.css";
import "./app.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startI18n } from "../shared/i18n";
import { App } from "./App";
import { Broken } from "./layout/Broken";
import en from "./locales/en.json";
import ja from "./locales/ja.json";
import { createQueries } from "./queries";
import { styleNonce, theme, variables } from "./theme";

startI18n({ ja, en });
const root = document.getElementById("root");
if (!root) throw new Error("app.html has no element #root");

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      forceColorScheme="light"
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={createQueries()}>
        <Broken>
          <App />
        </Broken>
        <Notifications position="bottom-center" autoClose={15_000} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
