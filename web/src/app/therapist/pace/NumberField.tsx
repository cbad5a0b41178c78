/** A whole number with its label and a sentence on what it does; the browser's own field, so that every phone knows it. */
import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  name: string;
  label: string;
  text: string;
  value: string;
  least: number;
  most: number;
  step?: number;
  /** May be left empty. */
  optional?: boolean;
  refused?: boolean;
  onChange: (value: string) => void;
}

export function NumberField(props: Props) {
  const { t } = useTranslation();
  const { name, label, text, value, least, most, onChange } = props;
  const wrong = props.refused || !fits(value, least, most, props.optional ?? false);
  return (
    <TextInput
      type="number"
      inputMode="numeric"
      name={name}
      data-testid={`field-${name}`}
      label={label}
      description={text}
      value={value}
      min={least}
      max={most}
      step={props.step ?? 1}
      error={wrong ? t("pace.number", { least, most }) : null}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function fits(value: string, least: number, most: number, optional = false): boolean {
  if (value.trim() === "") return optional;
  const number = Number(value);
  return Number.isInteger(number) && number >= least && number <= most;
}

/** What the server takes: null takes a limit away. */
export function numberOrNull(value: string): number | null {
  return value.trim() === "" ? null : Number(value);
}
