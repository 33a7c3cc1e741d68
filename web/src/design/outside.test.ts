import { expect, test } from "vitest";
import { kMostChars, pieces, plain } from "./outside";

test("characters that hide or reorder are named", () => {
  expect(pieces("ROSALIND\u202eDNILASOR")).toEqual([
    { text: "ROSALIND", hidden: false }, { text: "[U+202E]", hidden: true }, { text: "DNILASOR", hidden: false },
  ]);
  expect(plain("a\u0000b\u200bc\ufeffd\u2066e")).toBe("a[U+0000]b[U+200B]c[U+FEFF]d[U+2066]e");
  expect(plain("tag \u{e0041}")).toBe("tag [U+E0041]");
});

test("letters of every script, tabs and line ends stay", () => {
  for (const text of ["見本 太郎", "اختبار, مريم", "Tomás", "a\tb\nc", "😀"]) expect(plain(text)).toBe(text);
});

test("markup is text, and a text without end is cut", () => {
  expect(plain("<img src=x onerror=alert(1)>")).toBe("<img src=x onerror=alert(1)>");
  expect(plain("x".repeat(kMostChars * 2)).length).toBeLessThan(kMostChars + 10);
});
