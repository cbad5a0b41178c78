import { describe, expect, it } from "vitest";
import appEn from "../app/locales/en.json";
import appJa from "../app/locales/ja.json";
import bookingEn from "../booking/locales/en.json";
import bookingJa from "../booking/locales/ja.json";
import queueEn from "../app/staff/waiting/locales/en.json";
import queueJa from "../app/staff/waiting/locales/ja.json";
import clientsEn from "../app/therapist/clients/locales/en.json";
import clientsJa from "../app/therapist/clients/locales/ja.json";
import exercisesEn from "../app/therapist/exercises/locales/en.json";
import exercisesJa from "../app/therapist/exercises/locales/ja.json";
import therapistEn from "../app/therapist/locales/en.json";
import therapistJa from "../app/therapist/locales/ja.json";
import webhooksEn from "../app/staff/webhooks/locales/en.json";
import webhooksJa from "../app/staff/webhooks/locales/ja.json";
import changeEn from "../change/locales/en.json";
import changeJa from "../change/locales/ja.json";
import chooseEn from "../choose/locales/en.json";
import chooseJa from "../choose/locales/ja.json";
import joinEn from "../join/locales/en.json";
import joinJa from "../join/locales/ja.json";
import monthEn from "./month/locales/en.json";
import monthJa from "./month/locales/ja.json";
import zoneEn from "./zone/locales/en.json";
import zoneJa from "./zone/locales/ja.json";
import sharedEn from "./locales/en.json";
import sharedJa from "./locales/ja.json";

type Texts = { [key: string]: string | Texts };

const BUNDLES: [string, Texts, Texts][] = [
  ["shared", sharedJa, sharedEn],
  ["join", joinJa, joinEn],
  ["booking", bookingJa, bookingEn],
  ["month", monthJa, monthEn],
  ["zone", zoneJa, zoneEn],
  ["change", changeJa, changeEn],
  ["choose", chooseJa, chooseEn],
  ["app", appJa, appEn],
  ["therapist", therapistJa, therapistEn],
  ["webhooks", webhooksJa, webhooksEn],
  ["clients", clientsJa, clientsEn],
  ["exercises", exercisesJa, exercisesEn],
  ["queue", queueJa, queueEn],
];
const PLURAL = /_(zero|one|two|few|many|other)$/;

function leaves(texts: Texts, prefix = ""): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) => {
    const path = prefix ? `${prefix}.${key}` : key;
    return typeof value === "string" ? [[path, value] as [string, string]] : leaves(value, path);
  });
}

function keys(texts: Texts): string[] {
  return [...new Set(leaves(texts).map(([key]) => key.replace(PLURAL, "")))].sort();
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").sort();
}

describe.each(BUNDLES)("texts of %s", (_name, ja, en) => {
  it("exist in Japanese and in English alike", () => {
    expect(keys(en)).toEqual(keys(ja));
  });

  it("are never empty", () => {
    expect([...leaves(ja), ...leaves(en)].filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("name the same values in both languages", () => {
    const english = new Map(leaves(en));
    const different = leaves(ja).filter(([key, text]) => {
      const other = english.get(key);
      return other !== undefined && `${placeholders(text)}` !== `${placeholders(other)}`;
    });
    expect(different).toEqual([]);
  });
});

it("gives every error code a title and a next step", () => {
  for (const [code, text] of Object.entries(sharedJa.errors)) {
    expect(Object.keys(text), code).toEqual(["title", "next"]);
  }
});

it("lets no bundle hide another's texts", () => {
  const groups = BUNDLES.flatMap(([, ja]) => Object.keys(ja));
  expect(groups).toEqual([...new Set(groups)]);
});

it("calls a message and its address email in English, never mail", () => {
  const english = BUNDLES.flatMap(([, , en]) => leaves(en));
  expect(english.filter(([, text]) => /\bmail(s|ed)?\b/i.test(text))).toEqual([]);
});
