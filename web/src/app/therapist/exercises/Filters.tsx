/** Words and filters above the grid. A chip that is pressed again leaves its part open. */
import { Button, CloseButton, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { EVERYTHING, POSTURES, REGIONS, TAGS, type Wanted, isEverything } from "./library";

const TYPED_FOR_MS = 250;
const MAX_CHARS = 100;

interface Props {
  wanted: Wanted;
  onWanted: (wanted: Wanted) => void;
}

export function Filters({ wanted, onWanted }: Props) {
  const { t } = useTranslation();
  const change = (part: Partial<Wanted>): void => onWanted({ ...wanted, ...part });
  return (
    <search className="exercise-filters">
      <Search key={isEverything(wanted) ? "open" : "narrow"} wanted={wanted} onWanted={onWanted} />
      <Chips
        label={t("exercises.region_label")}
        words={REGIONS}
        chosen={wanted.region}
        name={(word) => t(`exercises.region.${word}`)}
        onChosen={(region) => change({ region })}
      />
      <Chips
        label={t("exercises.posture_label")}
        words={POSTURES}
        chosen={wanted.posture}
        name={(word) => t(`exercises.posture.${word}`)}
        onChosen={(posture) => change({ posture })}
      />
      <Chips
        label={t("exercises.tag_label")}
        words={TAGS}
        chosen={wanted.tag}
        name={(word) => t(`exercises.tag.${word}`)}
        onChosen={(tag) => change({ tag })}
      />
      <div className="chips">
        <Chip
          pressed={wanted.favourites}
          testId="only-favourites"
          onPress={() => change({ favourites: !wanted.favourites })}
        >
          {t("exercises.only_favourites")}
        </Chip>
        {isEverything(wanted) ? null : (
          <Button
            variant="subtle"
            size="sm"
            data-testid="clear-filters"
            onClick={() => onWanted(EVERYTHING)}
          >
            {t("exercises.clear")}
          </Button>
        )}
      </div>
    </search>
  );
}

/** Asked for once somebody has stopped typing for a moment. */
function Search({ wanted, onWanted }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(wanted.q);
  const [settled] = useDebouncedValue(typed.trim(), TYPED_FOR_MS);
  const asked = useRef(wanted.q);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (settled === asked.current) return;
    asked.current = settled;
    onWanted({ ...wanted, q: settled });
  }, [settled, wanted, onWanted]);
  const clear = (): void => {
    setTyped("");
    field.current?.focus();
  };
  return (
    <TextInput
      ref={field}
      type="search"
      label={t("exercises.search")}
      placeholder={t("exercises.search_hint")}
      maxLength={MAX_CHARS}
      autoComplete="off"
      data-testid="search"
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      rightSection={
        typed ? <CloseButton aria-label={t("exercises.clear_search")} onClick={clear} /> : null
      }
    />
  );
}

interface ChipsProps<Word extends string> {
  label: string;
  words: readonly Word[];
  chosen: Word | "";
  name: (word: Word) => string;
  onChosen: (word: Word | "") => void;
}

function Chips<Word extends string>({ label, words, chosen, name, onChosen }: ChipsProps<Word>) {
  return (
    <div className="chips" role="group" aria-label={label}>
      <span className="chips-label" aria-hidden="true">
        {label}
      </span>
      {words.map((word) => (
        <Chip
          key={word}
          pressed={chosen === word}
          testId={`chip-${word}`}
          onPress={() => onChosen(chosen === word ? "" : word)}
        >
          {name(word)}
        </Chip>
      ))}
    </div>
  );
}

interface ChipProps {
  pressed: boolean;
  testId: string;
  children: string;
  onPress: () => void;
}

function Chip({ pressed, testId, children, onPress }: ChipProps) {
  return (
    <button
      type="button"
      className="chip"
      aria-pressed={pressed}
      data-testid={testId}
      onClick={onPress}
    >
      {children}
    </button>
  );
}
