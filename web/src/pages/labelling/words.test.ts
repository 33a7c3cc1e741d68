import { expect, test } from "vitest";
import type { NewProject, Project } from "../../api/labelling";
import { codeOf, leftWords, projectFault, resultOf, seesBoth } from "./words";

const project = (more: Partial<Project> = {}): Project => ({
  id: "l1", name: "Chest", dataset: "chest@5be1d07c", findings: [], boxes: true, readers: ["a", "b"], adjudicator: "c", films: 40,
  mine: { role: "reader", done: 12, left: 28 }, answered: 55, disagreements: null, state: "open", result: "", created: "", ...more,
});
const wanted: NewProject = { name: "Chest", dataset: "chest@v1", findings: [{ code: "opacity", label: "Opacity" }], boxes: true, readers: ["a", "b"], adjudicator: "c", films: 40 };

test("a reader sees both only when the project is closed, also one who manages", () => {
  expect(seesBoth(project(), true)).toBe(false);
  expect(seesBoth(project({ state: "closed" }), false)).toBe(true);
  expect(seesBoth(project({ mine: { role: "adjudicator", done: 0, left: 0 } }), false)).toBe(true);
  expect(seesBoth(project({ mine: { role: "", done: 0, left: 0 } }), true)).toBe(true);
});

test("what is left and what came of it, in words", () => {
  expect(leftWords(project())).toBe("You have answered 12 films of 40. Both readers together have given 55 of 80 answers.");
  expect(resultOf(project())).toBe("");
  expect(resultOf(project({ result: "9f2c41ab77" }))).toBe("chest@9f2c41ab");
});

test("a finding's code comes from its name", () => {
  expect(codeOf("Pleural effusion (right)")).toBe("pleural_effusion_right");
  expect(codeOf("Épanchement")).toBe("epanchement");
  expect(codeOf("肺")).toBe("");
});

test("a project that the server would refuse is refused here, with the reason", () => {
  expect(projectFault(wanted, 40)).toBe("");
  expect(projectFault({ ...wanted, films: 41 }, 40)).toBe("The data set has 40 films.");
  expect(projectFault({ ...wanted, films: 1.5 }, 40)).toMatch(/whole number/);
  expect(projectFault({ ...wanted, adjudicator: "a" }, 40)).toMatch(/three people/);
  expect(projectFault({ ...wanted, findings: [...wanted.findings, ...wanted.findings] }, 40)).toMatch(/same name/);
  expect(projectFault({ ...wanted, findings: [{ code: "", label: "肺" }] }, 40)).toMatch(/letters or digits/);
  expect(projectFault({ ...wanted, findings: [] }, 40)).toMatch(/no finding/);
  expect(projectFault({ ...wanted, name: " " }, 40)).toMatch(/no name/);
});
