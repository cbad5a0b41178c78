/** How a therapist is called on a page of this language: on an English one in Latin letters, where they gave them. */
import { currentLanguage } from "./i18n";

interface Named {
  name: string;
  /** null: never given. Nobody but therapists has one. */
  name_en?: string | null | undefined;
}

interface Theirs {
  therapist_name: string;
  therapist_name_en?: string | null | undefined;
}

export function nameOf(one: Named | null | undefined): string {
  if (!one) return "";
  return (currentLanguage() === "en" && one.name_en) || one.name;
}

export function therapistNameOf({
  therapist_name: name,
  therapist_name_en: name_en,
}: Theirs): string {
  return nameOf({ name, name_en });
}
