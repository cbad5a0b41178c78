import { describe, expect, it } from "vitest";
import { EVERYTHING, addressOf, isEverything, paramsOf, wantedIn } from "./library";

describe("what is looked for in the library", () => {
  it("stands in the address and is read from it again", () => {
    const wanted = { ...EVERYTHING, q: "かた 椅子", region: "neck", favourites: true } as const;
    const address = addressOf(wanted);
    expect(address.startsWith("/therapist/exercises?q=")).toBe(true);
    expect(wantedIn(address.split("?")[1] ?? "")).toEqual(wanted);
  });

  it("is everything where nothing is said", () => {
    expect(addressOf(EVERYTHING)).toBe("/therapist/exercises");
    expect(isEverything(wantedIn(""))).toBe(true);
    expect(isEverything({ ...EVERYTHING, favourites: true })).toBe(false);
  });

  it("leaves out what nobody knows", () => {
    expect(wantedIn("region=foot&tag=constructor&favourites=yes&posture=")).toEqual(EVERYTHING);
    expect(wantedIn(`q=${"x".repeat(300)}`).q).toHaveLength(100);
  });

  it("is asked in the server's words", () => {
    expect(paramsOf({ ...EVERYTHING, tag: "desk", posture: "four_point" }).toString()).toBe(
      "posture=four_point&tag=desk",
    );
  });
});
