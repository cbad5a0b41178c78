/** Single dates whose hours differ from the weekly ones, each with the way back. */
import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Pace } from "../../../api/types";
import { dayName } from "../../../shared/time";
import { Card, Line } from "../pace/Card";
import type { Save } from "../pace/usePace";
import { dateChange } from "./DateDialog";
import { choiceOf } from "./dates";

interface Props {
  pace: Pace;
  save: Save;
  onOpen: (date: string) => void;
}

export function DatesCard({ pace, save, onOpen }: Props) {
  const { t } = useTranslation();
  const giveBack = (date: string, day: string): void => {
    const said = t("week.date.saved", { day });
    void save(dateChange(date, { choice: "usual", ranges: [] }, choiceOf(pace, date), said));
  };
  return (
    <Card name="dates" title={t("week.date.list")}>
      {pace.dates.length === 0 ? <Text size="sm">{t("week.date.list_none")}</Text> : null}
      <ul className="plain-list">
        {pace.dates.map(({ date, ranges }) => {
          const day = dayName(`${date}T12:00:00Z`, "UTC");
          const hours = ranges.map((one) => `${one.start}–${one.end}`).join(", ");
          return (
            <Line
              key={date}
              testId="date"
              actions={
                <>
                  <Button
                    size="sm"
                    variant="default"
                    aria-label={t("week.day", { day })}
                    onClick={() => onOpen(date)}
                  >
                    {t("pace.edit")}
                  </Button>
                  <Button
                    size="sm"
                    variant="subtle"
                    aria-label={t("week.date.back_of", { day })}
                    data-testid="date-back"
                    onClick={() => giveBack(date, day)}
                  >
                    {t("week.date.back")}
                  </Button>
                </>
              }
            >
              <Text fw={700}>{day}</Text>
              <Text size="sm">{hours || t("week.date.closed")}</Text>
            </Line>
          );
        })}
      </ul>
    </Card>
  );
}
