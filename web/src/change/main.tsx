/** Starts the bundle in which a client changes or cancels what is booked. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../shared/styles/tokens.css";
import "../join/styles/ui.css";
import "../booking/booking.css";
import { startI18n } from "../shared/i18n";
import { Safeguard } from "../join/ui/Safeguard";
import bookingEn from "../booking/locales/en.json";
import bookingJa from "../booking/locales/ja.json";
import joinEn from "../join/locales/en.json";
import joinJa from "../join/locales/ja.json";
import monthEn from "../shared/month/locales/en.json";
import monthJa from "../shared/month/locales/ja.json";
import zoneEn from "../shared/zone/locales/en.json";
import zoneJa from "../shared/zone/locales/ja.json";
import { ChangePage } from "./ChangePage";
import en from "./locales/en.json";
import ja from "./locales/ja.json";

startI18n({
  ja: { ...joinJa, ...bookingJa, ...monthJa, ...zoneJa, ...ja },
  en: { ...joinEn, ...bookingEn, ...monthEn, ...zoneEn, ...en },
});

const token = location.pathname.split("/")[2] ?? "";

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <Safeguard>
      <ChangePage token={token} />
    </Safeguard>
  </StrictMode>,
);
