import { describe, expect, it } from "vitest";
import { afterSignIn, homeOf, placeAt, roleNeeded, safeNext, signInPath } from "./routes";

describe("an address", () => {
  it.each([
    ["/", "home"],
    ["/sign-in", "sign-in"],
    ["/sign-in/", "sign-in"],
    ["/therapist", "therapist"],
    ["/therapist/week", "week"],
    ["/therapist/pace", "pace"],
    ["/therapist/clients", "clients"],
    ["/therapist/exercises", "exercises"],
    ["/staff", "staff"],
    ["/staff/webhooks", "webhooks"],
    ["/staff/waiting", "waiting"],
    ["/constructor", "not-found"],
    ["/staff/rooms", "not-found"],
  ])("%s names the page %s", (path, page) => {
    expect(placeAt(path)).toEqual({ page });
  });

  it("of a mailed link carries its token", () => {
    expect(placeAt("/sign-in/a-B_9")).toEqual({ page: "sign-in-link", token: "a-B_9" });
  });
});

describe("the page of a room's devices", () => {
  it("is a therapist's, and one to come back to", () => {
    const path = "/therapist/devices/0198-ab";
    expect(placeAt(path)).toEqual({ page: "devices", roomId: "0198-ab" });
    expect(roleNeeded("devices")).toBe("therapist");
    expect(safeNext(path)).toBe(path);
    expect(placeAt("/therapist/devices/a/b")).toEqual({ page: "not-found" });
  });
});

describe("an exercise's page", () => {
  it("is a therapist's, and one to come back to", () => {
    const path = "/therapist/exercises/neck-turn";
    expect(placeAt(path)).toEqual({ page: "exercise", exerciseId: "neck-turn" });
    expect(roleNeeded("exercise")).toBe("therapist");
    expect(safeNext(`${path}?lang=en`)).toBe(`${path}?lang=en`);
    expect(placeAt("/therapist/exercises/a.b")).toEqual({ page: "not-found" });
  });
});

describe("the wanted path", () => {
  it.each([
    "/therapist?day=2026-11-25",
    "/therapist/week?day=2026-11-25",
    "/staff",
    "/room/0198-ab",
    "/book",
  ])("keeps our own %s", (path) => {
    expect(safeNext(path)).toBe(path);
  });

  it.each([
    "//evil.example/staff",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "/sign-in",
    "/nowhere",
    "",
    null,
  ])("is forgotten when it is %j", (path) => {
    expect(safeNext(path)).toBeNull();
  });

  it("survives the way over the sign-in page", () => {
    const address = new URL(signInPath("/therapist?day=2026-11-25"), "http://localhost");
    expect(safeNext(address.searchParams.get("next"))).toBe("/therapist?day=2026-11-25");
  });
});

describe("after signing in", () => {
  it("people go where their work is", () => {
    expect(homeOf(["therapist", "staff"])).toBe("/therapist");
    expect(homeOf(["staff"])).toBe("/staff");
    expect(homeOf(["client"])).toBe("/");
  });

  it("the wanted page comes first, unless the role may not see it", () => {
    expect(afterSignIn(["therapist", "staff"], "/staff")).toBe("/staff");
    expect(afterSignIn(["therapist"], "/staff")).toBe("/therapist");
    expect(afterSignIn(["client"], "/room/0198-ab")).toBe("/room/0198-ab");
  });
});
