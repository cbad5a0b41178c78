import { expect, it } from "vitest";
import { visibleArea } from "./visibleArea";

const WINDOW_PX = 740;

it("is what the keyboard leaves, and where the browser has moved it", () => {
  const viewport = { height: 420, offsetTop: 60, scale: 1 };
  expect(visibleArea(viewport, WINDOW_PX)).toEqual({ topPx: 60, heightPx: 420 });
});

it("is the whole window without a keyboard, also when the address bar comes", () => {
  expect(visibleArea({ height: 740, offsetTop: 0, scale: 1 }, WINDOW_PX)).toBeNull();
  expect(visibleArea({ height: 684, offsetTop: 0, scale: 1 }, WINDOW_PX)).toBeNull();
});

it("leaves the layout alone when somebody enlarges the page", () => {
  expect(visibleArea({ height: 370, offsetTop: 100, scale: 2 }, WINDOW_PX)).toBeNull();
});
