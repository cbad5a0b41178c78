/** A round initial in a calm colour that stays the same for a person. */
const COLOURS = 5;

export function Portrait({
  name,
  id,
  large = false,
}: {
  name: string;
  id: string;
  large?: boolean;
}) {
  const colour = [...id].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  const look = `portrait portrait-${colour % COLOURS} ${large ? "portrait-large" : ""}`;
  return (
    <span className={look} aria-hidden="true">
      {[...name.trim()][0] ?? ""}
    </span>
  );
}
