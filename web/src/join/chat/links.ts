/**
 * Pure: which parts of a message are web addresses. Only http and https, only what is
 * shown is what is opened; nothing else of a text means anything (no Markdown, no mail).
 */

export interface Part {
  text: string;
  /** Where it leads; absent in ordinary text. */
  href?: string;
}

/** An address is ASCII: Japanese goes on without a space after it. */
const CANDIDATE = /https?:\/\/[a-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/gi;
/** Before it: the beginning of another scheme's name. (No lookbehind: older Safaris read none.) */
const OTHER_SCHEME = /[a-z0-9+.-]/i;
const CLOSING_MARK = /[.,;:!?'*]$/;
const BRACKETS = { ")": "(", "]": "[" } as const;

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let done = 0;
  for (const found of text.matchAll(CANDIDATE)) {
    const shown = withoutEnd(found[0]);
    const href = OTHER_SCHEME.test(text.charAt(found.index - 1)) ? null : addressOf(shown);
    if (href === null) continue;
    if (found.index > done) parts.push({ text: text.slice(done, found.index) });
    parts.push({ text: shown, href });
    done = found.index + shown.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}

/** Without the sentence's own marks: a full stop, a bracket that was opened before the address. */
function withoutEnd(candidate: string): string {
  let rest = candidate;
  while (CLOSING_MARK.test(rest) || closesNothing(rest)) rest = rest.slice(0, -1);
  return rest;
}

function closesNothing(text: string): boolean {
  const last = text.at(-1) ?? "";
  if (last !== ")" && last !== "]") return false;
  return count(text, last) > count(text, BRACKETS[last]);
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

/** Null unless it leads to the very host that stands there: no user@, no host written as a number. */
function addressOf(shown: string): string | null {
  try {
    const { href, origin } = new URL(shown);
    const rest = shown.slice(origin.length);
    const same = shown.toLowerCase().startsWith(origin) && /^(:\d+)?([/?#]|$)/.test(rest);
    return same ? href : null;
  } catch {
    return null;
  }
}
