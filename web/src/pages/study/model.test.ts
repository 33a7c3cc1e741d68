import { signal } from "@preact/signals";
import { afterEach, expect, test, vi } from "vitest";
import type { Finding, Study } from "../../api/contract";
import { answerFor, shownState, StudyModel } from "./model";

const finding = (change: Partial<Finding>): Finding => ({ id: "f1", state: "above", answers: ["agree", "disagree", "cannot_say"], map: null, ...change }) as Finding;
const study = (...findings: Finding[]): Study => ({ study: "1.2", findings, status: "preliminary", acknowledged: null }) as unknown as Study;

function answerWith(body: unknown, status = 200): ReturnType<typeof vi.fn> {
  const fake = vi.fn(async () => new Response(status === 204 ? null : JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", fake);
  return fake;
}

afterEach(() => vi.unstubAllGlobals());

test("scores wait for the first read; what has no score says so at once", () => {
  expect(shownState(finding({}), false)).toBe("held");
  expect(shownState(finding({ state: "below" }), false)).toBe("held");
  expect(shownState(finding({ state: "failed" }), false)).toBe("failed");
  expect(shownState(finding({}), true)).toBe("above");
});

test("keys answer in the finding's own words", () => {
  expect(answerFor(finding({}), "yes")).toBe("agree");
  expect(answerFor(finding({ answers: ["present", "absent", "cannot_say"] }), "no")).toBe("absent");
  expect(answerFor(finding({ answers: [] }), "cannot")).toBeNull();
});

test("an answer is sent once with what was shown, and the page takes what the server stored", async () => {
  const data = signal<Study | null>(study(finding({})));
  const model = new StudyModel("1.2", data);
  const stored = finding({ decision: { decision: "disagree", reason: "", note: "", by: "R", at: "", override: true, count: 1 } });
  const fake = answerWith({ finding: stored, status: "amended" });
  model.look("f1", performance.now() - 2000);
  await model.decide(data.value?.findings[0] as Finding, "disagree");
  const [address, request] = fake.mock.calls[0] as [string, RequestInit];
  expect(address).toBe("/api/studies/1.2/findings/f1/decision");
  expect(JSON.parse(String(request.body))).toMatchObject({ decision: "disagree", reason: "", note: "", shown: "off" });
  expect(JSON.parse(String(request.body)).seconds).toBeGreaterThanOrEqual(2);
  expect(data.value?.findings[0]).toEqual(stored);
  expect(data.value?.status).toBe("amended");
});

test("an answer that was not stored says so and changes nothing", async () => {
  const data = signal<Study | null>(study(finding({ decision: null })));
  const model = new StudyModel("1.2", data);
  answerWith({ error: { code: "Full", message: "The disk is full.", hint: "Dictate it." } }, 507);
  await model.decide(data.value?.findings[0] as Finding, "agree");
  expect(model.faults.value.f1).toBe("Not recorded. The disk is full. Dictate it.");
  expect(data.value?.findings[0]?.decision).toBeNull();
});

test("marks are reported when first shown, once for each kind", () => {
  const model = new StudyModel("1.2", signal<Study | null>(study(finding({}))));
  const fake = answerWith(null, 204);
  const visible = [finding({})];
  model.showMarks("outline", visible);
  model.showMarks("off", visible);
  model.showMarks("outline", visible);
  model.showMarks("heat", visible);
  expect(fake.mock.calls.map(([, request]) => (JSON.parse(String((request as RequestInit).body)) as { marks: string }).marks)).toEqual(["outline", "heat"]);
});
