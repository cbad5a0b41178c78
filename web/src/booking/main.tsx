/** Starts the bundle of the page behind a booking link, and of who signed in and books again. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../shared/styles/tokens.css";
import "../join/styles/ui.css";
import "./booking.css";
import { startI18n } from "../shared/i18n";
import { Safeguard } from "../join/ui/Safeguard";
import joinEn from "../join/locales/en.json";
import joinJa from "../join/locales/ja.json";
import monthEn from "../shared/month/locales/en.json";
import monthJa from "../shared/month/locales/ja.json";
import zoneEn from "../shared/zone/locales/en.json";
import zoneJa from "../shared/zone/locales/ja.json";
import { BookingPage } from "./BookingPage";
import en from "./locales/en.json";
import ja from "./locales/ja.json";

startI18n({
  ja: { ...joinJa, ...monthJa, ...zoneJa, ...ja },
  en: { ...joinEn, ...monthEn, ...zoneEn, ...en },
});

const [, folder, link = ""] = location.pathname.split("/");
const token = folder === "book" ? null : link;

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <Safeguard>
      <BookingPage token={token} />
    </Safeguard>
  </StrictMode>,
);
