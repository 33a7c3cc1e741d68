import { expect, test } from "vitest";
import { type Inline, inlines, kMostMarkdown, parseMarkdown, safeHref } from "./markdown";

const flat = (all: Inline[]): string => all.map((one) => ("of" in one ? flat(one.of) : one.text)).join("");

test("headings, paragraphs, lists, tables and code are told apart", () => {
  const blocks = parseMarkdown("# Card #\n\nOne line\nand the next.\n- a\n- b\n  goes on\n\n1. x\n2. y\n\n| N | V |\n|---|---:|\n| n | 1 |\n| m |\n\n```\n# not a heading\n```\n> said\n> on\n");
  expect(blocks.map(({ kind }) => kind)).toEqual(["heading", "paragraph", "list", "list", "table", "code", "quote"]);
  expect(blocks[0]).toMatchObject({ level: 1, of: [{ text: "Card" }] });
  expect(blocks[1]).toMatchObject({ of: [{ text: "One line and the next." }] });
  expect(blocks[2]).toMatchObject({ ordered: false, items: [[{ text: "a" }], [{ text: "b goes on" }]] });
  expect(blocks[3]).toMatchObject({ ordered: true });
  expect(blocks[4]).toMatchObject({ head: [[{ text: "N" }], [{ text: "V" }]], rows: [[[{ text: "n" }], [{ text: "1" }]], [[{ text: "m" }], []]] });
  expect(blocks[5]).toEqual({ kind: "code", text: "# not a heading" });
});

test("emphasis nests, names with underscores stay whole", () => {
  expect(inlines("a **bold *and* so** `x*y*` chest_opacity_v1 _em_")).toMatchObject([
    { text: "a " }, { kind: "strong", of: [{ text: "bold " }, { kind: "em", of: [{ text: "and" }] }, { text: " so" }] }, { text: " " },
    { kind: "code", text: "x*y*" }, { text: " chest_opacity_v1 " }, { kind: "em", of: [{ text: "em" }] }]);
  expect(flat(inlines("2 * 3 * 4 and *"))).toBe("2 * 3 * 4 and *");
});

test("markup is text, and links lead nowhere that runs", () => {
  expect(parseMarkdown("<script>alert(1)</script> <img src=x onerror=alert(1)>")).toEqual([
    { kind: "paragraph", of: [{ kind: "text", text: "<script>alert(1)</script> <img src=x onerror=alert(1)>" }] }]);
  for (const href of ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil.example", "vbscript:x", " javascript:x"]) expect(safeHref(href)).toBeNull();
  for (const href of ["/oversight/a/1", "#part", "https://example.org/a?b"]) expect(safeHref(href)).toBe(href);
  expect(inlines("[x](javascript:alert)")).toEqual([{ kind: "text", text: "[x](javascript:alert)" }]);
});

test("a hostile text takes no time and a long one is cut", () => {
  const from = performance.now();
  for (const sign of ["*", "_", "`", "[", "|", "#", "> ", "- ", "**a", "[a](", "|-", "\n```\n"]) parseMarkdown(sign.repeat(40_000));
  for (const [before, sign] of [["# ", "#"], ["a|b\n", " "], ["a|b\n-", " "], ["- - -", " "], ["", " "]] as const) parseMarkdown(`${before}${sign.repeat(90_000)}x`);
  expect(performance.now() - from).toBeLessThan(4000);
  const blocks = parseMarkdown("x".repeat(kMostMarkdown * 2));
  expect(flat((blocks[0] as { of: Inline[] }).of).length).toBe(kMostMarkdown);
});
