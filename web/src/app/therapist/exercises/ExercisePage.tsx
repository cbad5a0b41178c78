/** One exercise: how it goes, what to take care of, its clip. */
import "./texts";
import "./exercises.css";
import { Badge, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { asApiError } from "../../../shared/api";
import { Refused } from "../../layout/Refused";
import { NotLoaded } from "../../layout/NotLoaded";
import { Loading } from "../../layout/Screens";
import { usePageTitle } from "../../layout/title";
import { PageLink } from "../../navigation";
import { DoseLine } from "./DoseLine";
import { Favourite } from "./Favourite";
import { type Exercise, LIBRARY, useExercise } from "./library";
import { Showing } from "./Showing";

export default function ExercisePage({ exerciseId }: { exerciseId: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useExercise(exerciseId);
  const unknown = error !== null && asApiError(error).code === "exercise_unknown";
  return (
    <div className="stack exercise" data-testid="exercise-page">
      <PageLink href={LIBRARY}>← {t("exercises.back")}</PageLink>
      {data ? (
        <Whole one={data} />
      ) : unknown ? (
        <Unknown error={error} />
      ) : error ? (
        <NotLoaded text={t("exercises.failed")} onRetry={() => void refetch()} />
      ) : (
        <Loading />
      )}
    </div>
  );
}

function Unknown({ error }: { error: unknown }) {
  const { t } = useTranslation();
  usePageTitle(t("exercises.title"));
  return (
    <>
      <Title order={1} size="h2">
        {t("exercises.title")}
      </Title>
      <Refused error={error} />
    </>
  );
}

function Whole({ one }: { one: Exercise }) {
  const { t, i18n } = useTranslation();
  const words = one.texts[i18n.language === "en" ? "en" : "ja"];
  usePageTitle(words.title);
  return (
    <>
      <div className="exercises-head">
        <Title order={1} size="h2" className="grow">
          {words.title}
        </Title>
        <Favourite id={one.exercise_id} title={words.title} favourite={one.favourite} />
      </div>
      <div className="exercise-badges">
        <Badge variant="light">{t(`exercises.region.${one.region}`)}</Badge>
        <Badge variant="light">{t(`exercises.posture.${one.posture}`)}</Badge>
        {one.tags.map((tag) => (
          <Badge key={tag} variant="light" color="gray">
            {t(`exercises.tag.${tag}`)}
          </Badge>
        ))}
      </div>
      <div className="exercise-columns">
        <Showing key={one.clip} one={one} title={words.title} />
        <div className="card">
          <Part title={t("exercises.aim")}>
            <Text>{words.aim}</Text>
          </Part>
          <Part title={t("exercises.steps")}>
            <ol className="exercise-steps" data-testid="steps">
              {words.steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </Part>
          <Part title={t("exercises.dose")}>
            <Text fw={700}>
              <DoseLine dose={one.dose} />
            </Text>
            <Text size="sm" c="dimmed">
              {t("exercises.dose_text")}
            </Text>
          </Part>
          <Part title={t("exercises.cautions")} className="exercise-cautions">
            <ul data-testid="cautions">
              {words.cautions.map((caution) => (
                <li key={caution}>{caution}</li>
              ))}
            </ul>
          </Part>
        </div>
      </div>
    </>
  );
}

interface PartProps {
  title: string;
  className?: string;
  children: React.ReactNode;
}

function Part({ title, className, children }: PartProps) {
  return (
    <section className={className}>
      <Title order={2} size="h5">
        {title}
      </Title>
      {children}
    </section>
  );
}
