/**
 * Which part of the window is to be seen: an on-screen keyboard covers the rest, and
 * neither the layout nor `dvh` knows of it.
 */

export interface VisibleArea {
  topPx: number;
  heightPx: number;
}

type Viewport = Pick<VisualViewport, "height" | "offsetTop" | "scale">;

/** Less than this is a browser's bar that comes or goes, which `dvh` follows by itself. */
const KEYBOARD_PX = 80;

/** Pure. Null: the whole window, or a part of it that the person enlarged. */
export function visibleArea(viewport: Viewport, windowPx: number): VisibleArea | null {
  const { height, offsetTop, scale } = viewport;
  if (scale > 1.01 || windowPx - height < KEYBOARD_PX) return null;
  return { topPx: Math.max(0, offsetTop), heightPx: height };
}

/** Keeps `--visible-top` and `--visible-height` of an element up to date while there is a keyboard. */
export function followVisibleArea(element: HTMLElement): () => void {
  const viewport = window.visualViewport;
  if (!viewport) return () => undefined;
  const follow = () => {
    const area = visibleArea(viewport, document.documentElement.clientHeight);
    setPx(element, "--visible-top", area?.topPx);
    setPx(element, "--visible-height", area?.heightPx);
  };
  const events = ["resize", "scroll"] as const;
  for (const event of events) viewport.addEventListener(event, follow);
  follow();
  return () => {
    for (const event of events) viewport.removeEventListener(event, follow);
  };
}

function setPx(element: HTMLElement, name: string, px: number | undefined): void {
  if (px === undefined) element.style.removeProperty(name);
  else element.style.setProperty(name, `${px}px`);
}
