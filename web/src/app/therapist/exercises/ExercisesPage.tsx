/** The exercise library: words and filters, and a grid of figures that show what each exercise is. */
import "./texts";
import "./exercises.css";
import { Button, Text, Title } from "@mantine/core";
import { useCallback, useRef } from "react";
import { useTranslation } from "react-i18next";
import { NotLoaded } from "../../layout/NotLoaded";
import { Loading } from "../../layout/Screens";
import { usePageTitle } from "../../layout/title";
import { go, useSearch } from "../../navigation";
import { ExerciseCard } from "./ExerciseCard";
import { Filters } from "./Filters";
import { type Wanted, addressOf, useExercises, wantedIn } from "./library";
import { useMoving } from "./moving";

export default function ExercisesPage() {
  const { t } = useTranslation();
  usePageTitle(t("exercises.title"));
  const wanted = wantedIn(useSearch());
  const onWanted = useCallback((next: Wanted) => go(addressOf(next), { replace: true }), []);
  const { moving, toggle } = useMoving();
  return (
    <div className="stack exercises" data-testid="exercises">
      <div className="exercises-head">
        <div className="grow">
          <Title order={1} size="h2">
            {t("exercises.title")}
          </Title>
          <Text c="dimmed">{t("exercises.lead")}</Text>
        </div>
        {toggle ? (
          <Button variant="default" size="sm" data-testid="toggle-motion" onClick={toggle}>
            {t(moving ? "exercises.stop_motion" : "exercises.start_motion")}
          </Button>
        ) : null}
      </div>
      <Filters wanted={wanted} onWanted={onWanted} />
      <Results wanted={wanted} moving={moving} />
    </div>
  );
}

function Results({ wanted, moving }: { wanted: Wanted; moving: boolean }) {
  const { t } = useTranslation();
  const { data, isError, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useExercises(wanted);
  const count = useRef<HTMLParagraphElement>(null);
  const found = data?.pages.flatMap((page) => page.exercises) ?? [];
  // A card that leaves the list takes the focus with it, which comes here instead.
  const marked = (favourite: boolean): void => {
    if (wanted.favourites && !favourite) count.current?.focus();
  };
  if (!data)
    return isError ? (
      <NotLoaded text={t("exercises.failed")} onRetry={() => void refetch()} />
    ) : (
      <Loading />
    );
  return (
    <>
      <p
        role="status"
        ref={count}
        tabIndex={-1}
        className="exercises-found"
        data-testid="found"
        data-count={found.length}
      >
        {found.length > 0 ? t("exercises.found", { count: found.length }) : null}
        {found.length > 0 ? null : <None wanted={wanted} />}
      </p>
      <ul className="exercise-grid">
        {found.map((one) => (
          <ExerciseCard key={one.exercise_id} one={one} moving={moving} onMarked={marked} />
        ))}
      </ul>
      {hasNextPage ? (
        <Button
          className="start"
          variant="default"
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t("exercises.more")}
        </Button>
      ) : null}
    </>
  );
}

function None({ wanted }: { wanted: Wanted }) {
  const { t } = useTranslation();
  const own = wanted.favourites && !wanted.q && !wanted.region && !wanted.posture && !wanted.tag;
  return (
    <span className="card empty" data-testid="none">
      <strong>{t(own ? "exercises.none_favourite" : "exercises.none")}</strong>
      <span>{t(own ? "exercises.none_favourite_hint" : "exercises.none_hint")}</span>
    </span>
  );
}
