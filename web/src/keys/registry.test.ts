import { afterEach, expect, test } from "vitest";
import { conflict, kCatalogue, type KeyId, keysOf, keyWords, mayRepeat, pressOf, readSettings, remap, resetKeys, resolve, shortcut, turnKeys } from "./registry";

afterEach(resetKeys);

test("no two entries of one place share their keys", () => {
  for (const id of Object.keys(kCatalogue) as KeyId[]) expect([id, conflict(id, keysOf(id))]).toEqual([id, null]);
});

test("a key answers, a sequence waits for its end, the last attached wins", () => {
  const [open, go, mode] = [() => undefined, () => undefined, () => undefined];
  const page = { rowOpen: open, goWorklist: go };
  expect(resolve([page], "", "Enter")).toBe(open);
  expect(resolve([page], "", "g")).toBe("wait");
  expect(resolve([page], "g", "w")).toBe(go);
  expect(resolve([page], "g", "x")).toBeNull();
  expect(resolve([{ acknowledge: mode }, page], "", "Enter")).toBe(mode);
});

test("keys can be changed, taken away and put back", () => {
  remap("rowNext", "n");
  expect(keysOf("rowNext")).toBe("n");
  const next = () => undefined;
  expect(resolve([{ rowNext: next }], "", "n")).toBe(next);
  expect(resolve([{ rowNext: next }], "", "j")).toBeNull();
  expect(conflict("urgency", "n")).not.toBeNull();
  remap("rowNext", "");
  expect(resolve([{ rowNext: next }], "", "")).toBeNull();
  resetKeys();
  expect(keysOf("rowNext")).toBe("j");
});

test("what was stored is judged before it is used", () => {
  expect(readSettings('{"off":true,"map":{"agree":"y","nonsense":"q","__proto__":"z","undo":7}}')).toEqual({ off: true, map: { agree: "y" } });
  for (const text of [null, "", "nonsense", "[]", "null", '{"map":3}']) expect(readSettings(text)).toEqual({ off: false, map: {} });
});

test("a held key moves on, but never answers or acknowledges again", () => {
  for (const press of ["j", "ArrowUp", "Shift+ArrowLeft", "+"]) expect(mayRepeat(press)).toBe(true);
  for (const press of ["Enter", "a", "d", "c", "z", "m"]) expect(mayRepeat(press)).toBe(false);
});

test("caps and shortcuts as people and assistive technology read them", () => {
  expect(keyWords("levelUp")).toEqual(["Shift", "↑"]);
  expect(keyWords("goWorklist")).toEqual(["g", "w"]);
  expect(keyWords("zoomIn")).toEqual(["+"]);
  expect(shortcut("agree")).toBe("a");
  expect(shortcut("goWorklist")).toBeUndefined();
  turnKeys(true);
  expect(shortcut("agree")).toBeUndefined();
  expect(pressOf({ key: "?", shiftKey: true })).toBe("?");
  expect(pressOf({ key: "ArrowUp", shiftKey: true })).toBe("Shift+ArrowUp");
});
