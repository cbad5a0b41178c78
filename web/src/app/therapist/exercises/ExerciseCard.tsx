/** One exercise in the grid: its figure, its name, what it is, and the heart. */
import { useTranslation } from "react-i18next";
import { PageLink } from "../../navigation";
import { DoseLine } from "./DoseLine";
import { Favourite } from "./Favourite";
import { LIBRARY, type Summary } from "./library";
import { figureAddress } from "./moving";

interface Props {
  one: Summary;
  moving: boolean;
  onMarked: (favourite: boolean) => void;
}

export function ExerciseCard({ one, moving, onMarked }: Props) {
  const { t, i18n } = useTranslation();
  const { title, aim } = one.texts[i18n.language === "en" ? "en" : "ja"];
  return (
    <li className="exercise-card" data-testid="exercise" data-id={one.exercise_id}>
      <img
        src={figureAddress(one.figure, moving)}
        alt=""
        width={640}
        height={480}
        loading="lazy"
        decoding="async"
      />
      <div className="exercise-words">
        <h2>
          <PageLink href={`${LIBRARY}/${one.exercise_id}`} className="exercise-link">
            {title}
          </PageLink>
        </h2>
        <p className="exercise-kind">
          {t(`exercises.region.${one.region}`)} · {t(`exercises.posture.${one.posture}`)}
        </p>
        <p>{aim}</p>
        <p className="exercise-dose">
          <DoseLine dose={one.dose} />
        </p>
      </div>
      <Favourite id={one.exercise_id} title={title} favourite={one.favourite} onMarked={onMarked} />
    </li>
  );
}
