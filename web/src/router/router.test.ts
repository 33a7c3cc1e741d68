import { expect, test } from "vitest";
import { parse } from "./router";

test("every page has its address", () => {
  expect(parse("/")).toEqual({ page: "worklist" });
  expect(parse("/worklist", "?view=all")).toEqual({ page: "worklist" });
  expect(parse("/study/1.2.3")).toEqual({ page: "study", study: "1.2.3" });
  expect(parse("/oversight/chest-opacity/1")).toEqual({ page: "model", name: "chest-opacity", version: "1" });
  expect(parse("/runs/r12")).toEqual({ page: "run", run: "r12" });
  expect(parse("/compare", "?a=r1&b=r2")).toEqual({ page: "compare", a: "r1", b: "r2" });
  expect(parse("/labelling/l1")).toEqual({ page: "label", project: "l1" });
});

test("a wrong address is missing, not the worklist", () => {
  for (const path of ["/nothing", "/study/../x", "/study/a%20b", "/study/1.2.3/4", "/%E0%A4%A", "/oversight/x"]) {
    expect(parse(path)).toEqual({ page: "missing" });
  }
});
