/** The time zone of the place one travels to: a button that says it, and the search for another in a dialog. */
import { Button, Input, Stack } from "@mantine/core";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { zoneLabel } from "../../../shared/time";
import { ZoneSearch } from "../../../shared/zone/ZoneSearch";
import { Dialog } from "../../layout/Dialog";

export function TravelZone({ zone, onChange }: { zone: string; onChange: (zone: string) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  const choose = (chosen: string) => {
    close();
    onChange(chosen);
  };
  return (
    <>
      <Input.Wrapper
        size="md"
        label={t("pace.travel.zone")}
        labelElement="div"
        labelProps={{ id: `${id}-label` }}
      >
        <Button
          className="travel-zone"
          variant="default"
          fullWidth
          id={`${id}-zone`}
          aria-haspopup="dialog"
          aria-labelledby={`${id}-label ${id}-zone`}
          rightSection={t("zone.change")}
          data-testid="travel-zone"
          data-zone={zone}
          onClick={() => setOpen(true)}
        >
          {zoneLabel(zone)}
        </Button>
      </Input.Wrapper>
      <Dialog name="travel-zone" title={t("pace.travel.zone")} opened={open} onClose={close}>
        <Stack gap="md">
          <ZoneSearch zone={zone} onChoose={choose} onClose={close} />
          <Button variant="default" data-autofocus={isTouched() || undefined} onClick={close}>
            {t("common.cancel")}
          </Button>
        </Stack>
      </Dialog>
    </>
  );
}

/** Where the keyboard is on the screen it would cover the list: the search waits until it is touched. */
function isTouched(): boolean {
  return matchMedia("(hover: none)").matches;
}
