import { describe, expect, it } from "vitest";
import { partsOf } from "./links";

/** The addresses in a text, as they are shown. */
function shown(text: string): string[] {
  return partsOf(text).flatMap((part) => (part.href === undefined ? [] : [part.text]));
}

describe("addresses in a message", () => {
  it("are found between ordinary words, and nothing of the text is lost", () => {
    const text = "See https://example.com/a?b=c#d and http://example.org today";
    expect(partsOf(text)).toEqual([
      { text: "See " },
      { text: "https://example.com/a?b=c#d", href: "https://example.com/a?b=c#d" },
      { text: " and " },
      { text: "http://example.org", href: "http://example.org/" },
      { text: " today" },
    ]);
  });

  it("end where Japanese goes on without a space", () => {
    expect(shown("動画はhttps://example.jp/kata.mp4を見てください。")).toEqual([
      "https://example.jp/kata.mp4",
    ]);
    expect(shown("「https://example.jp/」、https://example.jp/b。")).toEqual([
      "https://example.jp/",
      "https://example.jp/b",
    ]);
    expect(shown("https://example.jp　全角の空白（https://example.jp/c）！")).toEqual([
      "https://example.jp",
      "https://example.jp/c",
    ]);
  });

  it("leave a sentence its own marks", () => {
    expect(shown("Look at https://example.com/a.")).toEqual(["https://example.com/a"]);
    expect(shown("https://example.com/a?!, https://example.com/b: ok...")).toEqual([
      "https://example.com/a",
      "https://example.com/b",
    ]);
    expect(shown("'https://example.com/a' \"https://example.com/b\"")).toEqual([
      "https://example.com/a",
      "https://example.com/b",
    ]);
  });

  it("keep their own brackets, and leave those around them", () => {
    expect(shown("(https://example.com/a)")).toEqual(["https://example.com/a"]);
    expect(shown("(see https://example.com/Neck_(body).)")).toEqual([
      "https://example.com/Neck_(body)",
    ]);
    expect(shown("[a](https://example.com/b)")).toEqual(["https://example.com/b"]);
    expect(shown("<https://example.com/b>")).toEqual(["https://example.com/b"]);
  });

  it("may have a port, capitals, percent signs and an IPv6 host", () => {
    const all = [
      "http://localhost:8080/a",
      "HTTPS://Example.COM/%E8%82%A9",
      "https://example.com:443/",
      "http://[::1]:80/a",
    ];
    expect(shown(all.join(" "))).toEqual(all);
  });

  it("are http and https and nothing else", () => {
    for (const text of [
      "javascript:alert(1)",
      "JaVaScRiPt://https.example/%0aalert(1)",
      "data:text/html,<script>alert(1)</script>",
      "xhttp://example.com",
      "git+https://example.com",
      "ftp://example.com mailto:a@example.com www.example.com",
      "https:// http:/example.com https:example.com https:///",
    ]) {
      expect(shown(text), text).toEqual([]);
    }
    expect(partsOf("javascript:alert(1)")).toEqual([{ text: "javascript:alert(1)" }]);
  });

  it("lead to the host that is shown", () => {
    for (const text of [
      "https://bank.example@evil.example/",
      "https://bank.example:80@evil.example/",
      "https://2130706433/",
      "https://0x7f.1/",
      "https://ex%61mple.com/",
      "https:///example.com/",
    ]) {
      expect(shown(text), text).toEqual([]);
    }
  });
});

it("gives an empty text no parts", () => {
  expect(partsOf("")).toEqual([]);
});
