/** A labelled input with its hint and its problem, tied together for screen readers. */
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Details, FieldProblem } from "./form";

interface FieldProps {
  name: keyof Details;
  label: string;
  hint?: string | undefined;
  type?: "text" | "email";
  autoComplete: string;
  value: string;
  problem: FieldProblem | undefined;
  onChange: (value: string) => void;
}

export function Field({
  name,
  label,
  hint,
  type = "text",
  problem,
  onChange,
  ...rest
}: FieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const described = [hint ? `${id}-hint` : "", problem ? `${id}-problem` : ""].join(" ").trim();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint ? (
        <p id={`${id}-hint`} className="fine">
          {hint}
        </p>
      ) : null}
      <input
        {...rest}
        id={id}
        name={name}
        type={type}
        required
        data-testid={name}
        aria-invalid={problem ? true : undefined}
        aria-describedby={described || undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {problem ? (
        <p id={`${id}-problem`} className="field-problem" role="alert">
          {t([`booking.problem.${name}.${problem as "required"}`, `booking.problem.${problem}`])}
        </p>
      ) : null}
    </div>
  );
}
