/** When the therapist answers messages; clients are told by when they will hear. */
import { useTranslation } from "react-i18next";
import type { Pace } from "../../../api/types";
import { Card } from "./Card";
import { type Rule, bodyOf, rulesOf } from "./rules";
import { RulesForm } from "./RulesForm";
import type { Save } from "./usePace";

export function ReplyCard({ pace, saving, save }: { pace: Pace; saving: boolean; save: Save }) {
  const { t } = useTranslation();
  const set = (rules: readonly Rule[]) =>
    ({
      method: "PUT",
      path: "/reply-windows",
      versioned: true,
      body: {
        windows: bodyOf(rules).map(({ weekday, start, end }) => ({ weekday, start, end })),
      },
    }) as const;
  const before = rulesOf(pace.reply_windows);
  return (
    <Card name="reply" title={t("pace.reply.title")} lead={t("pace.reply.lead")}>
      <RulesForm
        name="reply"
        rules={before}
        zone={pace.timezone}
        validity={false}
        saving={saving}
        empty={t("pace.reply.none")}
        add={t("pace.reply.add")}
        onSave={(rules) =>
          save({ ...set(rules), said: t("pace.reply.saved"), undo: () => set(before) })
        }
      />
    </Card>
  );
}
