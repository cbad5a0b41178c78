import { describe, expect, it } from "vitest";
import { ApiError } from "../../../shared/api";
import { hostOf, isAddressRefused, wordOf } from "./hooks";

describe("webhooks", () => {
  it("name topics by their last word, and everything else a test", () => {
    expect(wordOf("booking.noshow")).toBe("noshow");
    expect(wordOf("webhook.test")).toBe("test");
    expect(wordOf("booking.constructor")).toBe("test");
  });

  it("are known by their host", () => {
    expect(hostOf("https://hr.example:8443/in?key=1")).toBe("hr.example:8443");
    expect(hostOf("no address")).toBe("no address");
  });

  it("tell a refused address from other refusals", () => {
    const refused = (errors: unknown): ApiError =>
      new ApiError({ code: "invalid", extra: { errors } });
    expect(isAddressRefused(refused([null, { field: "url" }]))).toBe(true);
    expect(isAddressRefused(refused([{ field: "topics" }]))).toBe(false);
    expect(isAddressRefused(new ApiError({ code: "timeout" }))).toBe(false);
    expect(isAddressRefused(null)).toBe(false);
  });
});
