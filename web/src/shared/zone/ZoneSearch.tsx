/** Finds a time zone by city, country or distance from UTC: a combobox above its list. */
import { useEffect, useMemo, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "../i18n";
import { knownZones, visitorZone } from "../time";
import { isConversion } from "../keys";
import { type ZoneChoice, matching, zoneChoices } from "./choices";
import "./zone.css";

const LIKELY = ["Asia/Tokyo"];
const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 6,
  PageUp: -6,
};

interface ZoneSearchProps {
  zone: string;
  onChoose: (zone: string) => void;
  onClose: () => void;
}

export function ZoneSearch({ zone, onChoose, onClose }: ZoneSearchProps) {
  const { t } = useTranslation();
  const language = currentLanguage();
  const [query, setQuery] = useState("");
  const [marked, setMarked] = useState(zone);
  const choices = useMemo(
    () => zoneChoices(knownZones(), [zone, visitorZone(), ...LIKELY], language, new Date()),
    [zone, language],
  );
  const found = useMemo(() => matching(choices, query), [choices, query]);
  const at = Math.max(
    0,
    found.findIndex((choice) => choice.zone === marked),
  );
  const active = found[at]?.zone;
  const pressed = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const next = found[Math.min(found.length - 1, Math.max(0, at + (step ?? 0)))];
    if (isConversion(event.nativeEvent)) return;
    if (event.key === "Escape") {
      event.preventDefault(); // a search field would only empty itself
      return onClose();
    }
    if (!next) return;
    if (step) setMarked(next.zone);
    else if (event.key === "Enter") onChoose(next.zone);
    else return;
    event.preventDefault();
  };
  return (
    <div className="zone-search">
      <input
        ref={takesFocusWithKeyboard}
        type="search"
        role="combobox"
        aria-expanded="true"
        aria-autocomplete="list"
        aria-controls="zone-list"
        aria-activedescendant={active && optionId(active)}
        aria-label={t("zone.search")}
        placeholder={t("zone.search")}
        autoComplete="off"
        enterKeyHint="done"
        data-testid="zone-search"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={pressed}
      />
      <p role="status">
        {found.length > 0 ? t("zone.found", { count: found.length }) : t("zone.none")}
      </p>
      <ZoneList found={found} active={active} chosen={zone} onChoose={onChoose} />
    </div>
  );
}

interface ZoneListProps {
  found: readonly ZoneChoice[];
  active: string | undefined;
  chosen: string;
  onChoose: (zone: string) => void;
}

function ZoneList({ found, active, chosen, onChoose }: ZoneListProps) {
  const { t } = useTranslation();
  useEffect(() => {
    if (!active) return;
    void document.getElementById(optionId(active))?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <ul id="zone-list" className="zone-list" role="listbox" aria-label={t("zone.list")}>
      {found.map(({ zone, place, name, offset }) => (
        <li
          key={zone}
          id={optionId(zone)}
          className={zone === active ? "zone-option zone-option-active" : "zone-option"}
          role="option"
          aria-selected={zone === chosen}
          data-testid="zone-option"
          data-zone={zone}
          onClick={() => onChoose(zone)}
        >
          <span>
            <strong>{place}</strong> {zone === visitorZone() ? t("zone.own") : more(place, name)}
          </span>
          <span>{offset}</span>
        </li>
      ))}
    </ul>
  );
}

/** "クック諸島標準時" says no more than "クック諸島". */
function more(place: string, name: string): string {
  return name.startsWith(place) ? "" : name;
}

function optionId(zone: string): string {
  return `zone-${zone.replaceAll("/", "-")}`;
}

/** Where the keyboard is on the screen it would cover the list before anybody has seen it. */
function takesFocusWithKeyboard(input: HTMLInputElement | null): void {
  input?.toggleAttribute("autofocus", matchMedia("(hover: hover)").matches);
}
