import { expect, it } from "vitest";
import { noneChosen } from "./DevicePickers";

it("tells a forbidden device from a missing one and from one not chosen yet", () => {
  expect(noneChosen({ problems: { camera: "denied" } }, "camera", 0)).toBe("forbidden");
  expect(noneChosen({ problems: { camera: "denied" } }, "microphone", 0)).toBe("none");
  expect(noneChosen({ problems: {} }, "camera", 2)).toBe("automatic");
});
