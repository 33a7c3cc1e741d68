// What labelling pages say about a project.
import type { NewProject, Project } from "../../api/labelling";
import { count, plural, shortDigest } from "../../design/numbers";

/** Whether both readers' answers may be seen side by side; the server judges again. */
export function seesBoth(project: Project, manages: boolean): boolean {
  return project.state === "closed" || project.mine.role === "adjudicator" || (manages && project.mine.role === "");
}

/** "phantom@9f2c41ab": the version that the project made; "" while it is open. */
export function resultOf(project: Project): string {
  return project.result ? `${project.dataset.split("@")[0]}@${shortDigest(project.result)}` : "";
}

/** What is left, for the page that has no film to show. */
export function leftWords(project: Project): string {
  const { role, done } = project.mine;
  const all = `Both readers together have given ${count(project.answered)} of ${count(2 * project.films)} answers.`;
  if (role === "reader") return `You have answered ${plural(done, "film")} of ${count(project.films)}. ${all}`;
  if (role === "adjudicator") return `You have settled ${plural(done, "film")}. ${all} Films on which they differ come here as they answer.`;
  return all;
}

/** A label's name in a data set: [a-z0-9_], at most 32. */
export function codeOf(label: string): string {
  return label.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 32);
}

/** What the server would refuse, said before it is asked; "" when nothing is. */
export function projectFault(project: NewProject, filmsInSet: number): string {
  const codes = project.findings.map(({ code }) => code);
  if (!project.name.trim()) return "The project has no name.";
  if (!project.dataset) return "No data set is chosen.";
  if (codes.length === 0) return "There is no finding to ask for.";
  if (codes.length > 8) return "At most 8 findings can be asked for.";
  if (project.findings.some(({ code, label }) => !/^[a-z0-9_]{1,32}$/.test(code) || !label.trim())) return "A finding needs a name with letters or digits.";
  if (new Set(codes).size < codes.length) return "Two findings have the same name.";
  if (!project.readers[0] || !project.readers[1] || !project.adjudicator) return "Two readers and an adjudicator are needed.";
  if (new Set([...project.readers, project.adjudicator]).size < 3) return "The two readers and the adjudicator must be three people.";
  if (!Number.isInteger(project.films) || project.films < 1) return "The number of films is not a whole number.";
  if (project.films > filmsInSet) return `The data set has ${plural(filmsInSet, "film")}.`;
  return "";
}
