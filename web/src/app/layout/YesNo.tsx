/** How a question or a form ends: what the server said no to, the button that does it, and the way out. */
import { Button, type ButtonProps } from "@mantine/core";
import { Refused, type RefusedProps } from "./Refused";

interface Props extends RefusedProps, Pick<ButtonProps, "color" | "size"> {
  yes: string;
  no: string;
  pending: boolean;
  /** Of the button that does it. */
  testId: string;
  /** Left out: the button submits the form it stands in. */
  onYes?: () => void;
  onNo: () => void;
}

export function YesNo({ error, instead, yes, no, pending, testId, onYes, onNo, ...look }: Props) {
  return (
    <>
      <Refused error={error} instead={instead} />
      <div className="actions">
        <Button
          {...look}
          type={onYes ? "button" : "submit"}
          loading={pending}
          data-testid={testId}
          onClick={onYes}
        >
          {yes}
        </Button>
        <Button {...(look.size ? { size: look.size } : {})} variant="default" onClick={onNo}>
          {no}
        </Button>
      </div>
    </>
  );
}
