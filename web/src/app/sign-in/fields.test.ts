import { expect, it } from "vitest";
import { faultsOf, firstFault, secondsLeft } from "./fields";

it("names the first field to put right", () => {
  expect(firstFault(faultsOf({ email: "", password: "" }))).toBe("email");
  expect(firstFault(faultsOf({ email: "hanako", password: "x" }))).toBe("email");
  expect(firstFault(faultsOf({ email: " hanako@example.jp ", password: "" }))).toBe("password");
  expect(firstFault(faultsOf({ email: "hanako@example.jp", password: "x" }))).toBeNull();
});

it("counts down to the next attempt and stops at zero", () => {
  expect(secondsLeft(60, 1_000, 31_500)).toBe(30);
  expect(secondsLeft(60, 1_000, 99_000)).toBe(0);
  expect(secondsLeft(undefined, 1_000, 1_000)).toBeNull();
});
