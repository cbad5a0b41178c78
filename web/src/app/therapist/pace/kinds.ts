/** A kind of session as a form holds it, and as the server takes it. Pure. */
import type { SessionType } from "../../../api/types";

export const NUMBERS = [
  ["session_min", 5, 480, 5],
  ["step_min", 5, 480, 5],
  ["buffer_before_min", 0, 240, 5],
  ["buffer_after_min", 0, 240, 5],
  ["notice_min", 0, 43_200, 1],
  ["notice_calendar_days", 0, 60, 1],
  ["window_days", 1, 365, 1],
  ["cancel_cutoff_min", 0, 20_160, 1],
] as const;

export type NumberName = (typeof NUMBERS)[number][0];

export interface KindForm {
  readonly ja: string;
  readonly en: string;
  readonly approval: boolean;
  readonly numbers: Readonly<Record<NumberName, string>>;
}

export function formOf(kind: SessionType): KindForm {
  const numbers = Object.fromEntries(NUMBERS.map(([name]) => [name, String(kind[name])]));
  return {
    ja: kind.name["ja"] ?? "",
    en: kind.name["en"] ?? "",
    approval: kind.approval,
    numbers: numbers as Record<NumberName, string>,
  };
}

export function bodyOf(form: KindForm) {
  const numbers = Object.fromEntries(NUMBERS.map(([name]) => [name, Number(form.numbers[name])]));
  const name = { ja: form.ja.trim(), en: form.en.trim() };
  return { name, approval: form.approval, ...(numbers as Record<NumberName, number>) };
}

/** The first field that the server would not take. */
export function faultIn(form: KindForm): string | null {
  if (!form.ja.trim()) return "name.ja";
  if (!form.en.trim()) return "name.en";
  const wrong = NUMBERS.find(([name, least, most]) => {
    const value = Number(form.numbers[name]);
    const whole = form.numbers[name].trim() !== "" && Number.isInteger(value);
    return !whole || value < least || value > most;
  });
  return wrong?.[0] ?? null;
}
