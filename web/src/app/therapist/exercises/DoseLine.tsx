/** A usual amount in one line: "5 times, hold 3 s, each side". */
import { useTranslation } from "react-i18next";
import type { Dose } from "./library";

export function DoseLine({ dose }: { dose: Dose }) {
  const { t } = useTranslation();
  const parts = [
    dose.reps === null ? null : t("exercises.reps", { count: dose.reps }),
    dose.hold_s === null ? null : t("exercises.hold", { count: dose.hold_s }),
    dose.sides === "each" ? t("exercises.each_side") : null,
    dose.sets > 1 ? t("exercises.sets", { count: dose.sets }) : null,
  ];
  return <>{parts.filter(Boolean).join(" · ")}</>;
}
