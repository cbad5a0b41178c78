import i18next from "i18next";
import { expect, it } from "vitest";
import en from "../locales/en.json";
import ja from "../locales/ja.json";
import { peerName } from "./peerName";

it("calls a therapist 先生 and a client さん", async () => {
  const t = await i18next.init({ lng: "ja", resources: { ja: { translation: ja } } });
  expect(peerName(t, { role: "client", peer_name: "佐藤 美咲" })).toBe("佐藤 美咲 先生");
  expect(peerName(t, { role: "therapist", peer_name: "山田 花子" })).toBe("山田 花子 さん");
  expect(peerName(t, { role: "therapist", peer_name: "山田 花子" }, "花子")).toBe("花子 さん");
});

it("calls a therapist in Latin letters on an English page, and whoever else writes as they are called", async () => {
  const t = await i18next.init({ lng: "en", resources: { en: { translation: en } } });
  const entry = { role: "client", peer_name: "佐藤 美咲", peer_name_en: "Misaki Sato" } as const;
  expect(peerName(t, entry)).toContain("Misaki Sato");
  expect(peerName(t, entry, "田中 健一")).toContain("田中 健一");
});

it("leaves it to the names to be polite: no sentence adds さん or 先生 to one", () => {
  const { room, call, ended } = ja;
  const texts = JSON.stringify([{ ...room, peer: {} }, call, ended]);
  expect(texts).not.toMatch(/\}\} ?(さん|先生)/);
});
