import { describe, expect, it } from "vitest";
import { Attempt } from "./attempt";

describe("an attempt", () => {
  it("keeps its key until it is answered, or something else is wished", () => {
    const attempt = new Attempt();
    const first = attempt.keyFor("a");
    expect(attempt.keyFor("a")).toBe(first);
    const second = attempt.keyFor("b");
    expect(second).not.toBe(first);
    attempt.done();
    expect(attempt.keyFor("b")).not.toBe(second);
    expect(attempt.keyFor("")).toBeTruthy();
  });
});
