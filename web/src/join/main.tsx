/** Starts the join bundle. */
import "../shared/styles/tokens.css";
import en from "./locales/en.json";
import ja from "./locales/ja.json";
import { startI18n } from "../shared/i18n";

startI18n({ ja, en });
