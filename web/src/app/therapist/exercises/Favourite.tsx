/** The heart that marks an exercise as one's own favourite. */
import { useTranslation } from "react-i18next";
import { useMark } from "./library";

interface Props {
  id: string;
  title: string;
  favourite: boolean;
  /** Called once the mark is changed. */
  onMarked?: (favourite: boolean) => void;
}

export function Favourite({ id, title, favourite, onMarked }: Props) {
  const { t } = useTranslation();
  const mark = useMark();
  const shown = mark.isPending ? mark.variables.favourite : favourite;
  const press = (): void => {
    if (mark.isPending) return;
    const wanted = !favourite;
    mark.mutate({ id, favourite: wanted }, { onSuccess: () => onMarked?.(wanted) });
  };
  return (
    <button
      type="button"
      className="favourite"
      aria-pressed={shown}
      aria-label={t("exercises.favourite_of", { title })}
      title={t("exercises.favourite")}
      data-testid="favourite"
      data-failed={mark.isError}
      onClick={press}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M12 20.5 4.6 13a4.9 4.9 0 0 1 0-7 4.8 4.8 0 0 1 6.9 0l.5.6.5-.6a4.8 4.8 0 0 1 6.9 0 4.9 4.9 0 0 1 0 7Z" />
      </svg>
    </button>
  );
}
