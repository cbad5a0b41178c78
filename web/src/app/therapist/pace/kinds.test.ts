import { describe, expect, it } from "vitest";
import type { SessionType } from "../../../api/types";
import { bodyOf, faultIn, formOf } from "./kinds";

const KIND: SessionType = {
  session_type_id: null,
  name: { ja: "面談", en: "Consultation" },
  session_min: 45,
  step_min: 60,
  buffer_before_min: 0,
  buffer_after_min: 10,
  notice_min: 120,
  notice_calendar_days: 1,
  window_days: 28,
  cancel_cutoff_min: 60,
  approval: true,
};

describe("a kind of session in a form", () => {
  it("comes back as it was", () => {
    const { session_type_id, ...rest } = KIND;
    expect(session_type_id).toBeNull();
    expect(bodyOf(formOf(KIND))).toEqual(rest);
  });

  it("names the first field that is wrong", () => {
    const form = formOf(KIND);
    expect(faultIn(form)).toBeNull();
    expect(faultIn({ ...form, en: " " })).toBe("name.en");
    expect(faultIn({ ...form, numbers: { ...form.numbers, step_min: "" } })).toBe("step_min");
    expect(faultIn({ ...form, numbers: { ...form.numbers, window_days: "0" } })).toBe(
      "window_days",
    );
  });
});
