import { describe, expect, it } from "vitest";
import { Attempt } from "./attempt";

describe("an attempt", () => {
  it("has one key for the same content, another for other content, and a new one once it is done", () => {
    const attempt = new Attempt();
    const first = attempt.keyFor("a");
    expect(first).toBeTruthy();
    expect(attempt.keyFor("a")).toBe(first);
    const other = attempt.keyFor("b");
    expect(other).not.toBe(first);
    expect(attempt.keyFor("a")).not.toBe(first);
    attempt.done();
    const keys = [first, other, attempt.keyFor("a"), attempt.keyFor("")];
    expect(new Set(keys).size).toBe(4);
  });
});
