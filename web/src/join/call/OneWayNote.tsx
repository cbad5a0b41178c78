/** Says what does not get through although both are here, at whose end, and what is done about it. */
import { useTranslation } from "react-i18next";
import { useStore } from "../../shared/store";
import type { CallLink } from "../room/callLink";
import { ReloadButton } from "../ui/ReloadButton";
import { type OneWayView, oneWayViews } from "./oneWay";

export function OneWayNote({ link, name }: { link: CallLink; name: string }) {
  const { oneWay, snapshot, media } = useStore(link.state);
  const both = media === "connected" && snapshot?.peer?.state === "connected";
  const views = both ? oneWayViews(oneWay, snapshot.me.participant_id) : [];
  const helpless = views.some(({ trying, where }) => !trying && MINE.has(where));
  return (
    <div className="one-way" role="status" data-testid="one-way" data-lines={views.length}>
      {views.map((view) => (
        <Line key={`${view.direction} ${view.where}`} view={view} name={name} />
      ))}
      {helpless ? <ReloadButton /> : null}
    </div>
  );
}

const MINE = new Set<OneWayView["where"]>(["mine", "my_device"]);

function Line({ view, name }: { view: OneWayView; name: string }) {
  const { t } = useTranslation();
  const { direction, what, where, trying } = view;
  const help = MINE.has(where) ? "help_mine" : "help_theirs";
  return (
    <p data-direction={direction} data-what={what} data-where={where}>
      <strong>{t(`call.oneWay.${direction}.${what}`, { name })}</strong>{" "}
      {t(`call.oneWay.where.${where}`, { name })}{" "}
      {t(`call.oneWay.next.${trying ? "trying" : help}`, { name })}
    </p>
  );
}
