/** Rules for the join bundle's style sheets that no formatter knows. */
import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";

const FOLDER = new URL("./styles/", import.meta.url);
const SHEETS = readdirSync(FOLDER).map(
  (name) => [name, readFileSync(new URL(name, FOLDER), "utf-8")] as const,
);
const HOVER_BLOCK = /@media \(hover: hover\) \{\n(?: {2}.*\n|\n)*\}/g;

it.each(SHEETS)("%s colours what is pointed at only where something can point", (_name, css) => {
  // On a touch screen :hover sticks to what was tapped last.
  expect(css.replace(HOVER_BLOCK, "")).not.toContain(":hover");
});
