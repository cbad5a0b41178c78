/** Starts the join bundle. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../shared/styles/tokens.css";
import "./styles/ui.css";
import "./styles/room.css";
import "./styles/call.css";
import { startI18n } from "../shared/i18n";
import { JoinApp } from "./JoinApp";
import en from "./locales/en.json";
import ja from "./locales/ja.json";
import { Safeguard } from "./ui/Safeguard";

startI18n({ ja, en });

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <Safeguard>
      <JoinApp path={location.pathname} />
    </Safeguard>
  </StrictMode>,
);
