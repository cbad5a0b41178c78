/** The two fields in which a newcomer says who they are. */
import { useTranslation } from "react-i18next";
import { useStore } from "../shared/store";
import { Field } from "./Field";
import type { BookingFlow } from "./flow";

/** `hint`: what will be sent to the address. */
export function NameAndMail({ flow, hint }: { flow: BookingFlow; hint?: string | undefined }) {
  const { t } = useTranslation();
  const { details, fieldProblems } = useStore(flow.state);
  return (
    <>
      <Field
        name="name"
        label={t("booking.details.name")}
        autoComplete="name"
        value={details.name}
        problem={fieldProblems.name}
        onChange={(name) => flow.editDetails({ name })}
      />
      <Field
        name="email"
        type="email"
        label={t("booking.details.email")}
        hint={hint}
        autoComplete="email"
        value={details.email}
        problem={fieldProblems.email}
        onChange={(email) => flow.editDetails({ email })}
      />
    </>
  );
}
