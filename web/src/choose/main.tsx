/** Starts the bundle in which a client decides who to see: handover, leave, waiting, ending. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../shared/styles/tokens.css";
import "../join/styles/ui.css";
import "../booking/booking.css";
import "./choose.css";
import { startI18n } from "../shared/i18n";
import { Safeguard } from "../join/ui/Safeguard";
import joinEn from "../join/locales/en.json";
import joinJa from "../join/locales/ja.json";
import { ChoosePage } from "./ChoosePage";
import en from "./locales/en.json";
import ja from "./locales/ja.json";

startI18n({ ja: { ...joinJa, ...ja }, en: { ...joinEn, ...en } });

const token = location.pathname.split("/")[2] ?? "";

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <Safeguard>
      <ChoosePage token={token} />
    </Safeguard>
  </StrictMode>,
);
