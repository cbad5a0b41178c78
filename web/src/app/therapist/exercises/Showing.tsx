/** The clip where it is there; else, and where it cannot be played, the figure that shows the same. */
import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Exercise } from "./library";
import { figureAddress, useMoving } from "./moving";
import { Player } from "./Player";

export function Showing({ one, title }: { one: Exercise; title: string }) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  const plays = one.clip_ready && !failed;
  return (
    <div className="exercise-showing" data-testid="showing" data-plays={plays}>
      {plays ? (
        <Player
          clip={one.clip}
          poster={one.poster}
          title={title}
          onFailed={() => setFailed(true)}
        />
      ) : (
        <Figure figure={one.figure} title={title} />
      )}
      <div role="status">
        {one.clip_ready ? null : <Text size="sm">{t("exercises.clip_coming")}</Text>}
        {failed ? <Text size="sm">{t("exercises.clip_failed")}</Text> : null}
      </div>
      {failed ? (
        <Button variant="default" size="sm" onClick={() => setFailed(false)}>
          {t("common.retry")}
        </Button>
      ) : null}
    </div>
  );
}

function Figure({ figure, title }: { figure: string; title: string }) {
  const { t } = useTranslation();
  const { moving, toggle } = useMoving();
  return (
    <>
      <img
        src={figureAddress(figure, moving)}
        alt={t("exercises.figure_of", { title })}
        width={640}
        height={480}
        data-testid="figure"
      />
      {toggle ? (
        <Button className="start" variant="default" size="sm" onClick={toggle}>
          {t(moving ? "exercises.stop_motion" : "exercises.start_motion")}
        </Button>
      ) : null}
    </>
  );
}
