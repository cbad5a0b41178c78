/** Pure: what a key press is part of. */

/** Of a Japanese conversion; Safari ends the composition before it tells of the key (229). */
export function isConversion(event: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean {
  return event.isComposing || event.keyCode === 229;
}
