import { afterEach, expect, test, vi } from "vitest";
import type { ImageInfo } from "../../api/contract";
import type { LabelItem } from "../../api/labelling";
import { LabelSession, toSend, unanswered } from "./session";

const item = (id: string, more: Partial<LabelItem> = {}): LabelItem => ({
  id, number: Number(id), of: 40, asked: ["opacity", "effusion"], image: {} as ImageInfo, answers: null, boxes: null, others: null, ...more,
});

/** Answers requests with `bodies` in turn and keeps what was sent. */
function serve(...bodies: unknown[]) {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (_: string, { body }: { body?: string }) => {
    if (body) sent.push(JSON.parse(body));
    const next = bodies.shift() as { status?: number };
    return new Response(JSON.stringify(next), { status: next.status ?? 200 });
  });
  return sent;
}

afterEach(() => vi.unstubAllGlobals());

test("only what is asked is sent, and boxes only of what is present", () => {
  const asked = item("1", { asked: ["opacity"] });
  expect(toSend(asked, { opacity: "absent", effusion: "present" }, { opacity: [0, 0, 9, 9], effusion: [0, 0, 9, 9] })).toEqual({ answers: { opacity: "absent" }, boxes: {} });
  expect(unanswered(item("1"), { opacity: "unsure" })).toEqual(["effusion"]);
});

test("Enter saves only a whole answer; else it goes to what is missing", async () => {
  const sent = serve({ item: item("1") }, { item: item("2") });
  const session = new LabelSession("l1");
  await session.load();
  session.draw("opacity", [1, 2, 30, 40]);
  expect(session.answers.value).toEqual({ opacity: "present" });
  await session.save((code) => code);
  expect([session.current.value, session.fault.value, sent.length]).toEqual([1, "Not saved: effusion has no answer yet.", 0]);
  session.say("effusion", "absent");
  await session.save((code) => code);
  expect(sent).toMatchObject([{ answers: { opacity: "present", effusion: "absent" }, boxes: { opacity: [1, 2, 30, 40] } }]);
  expect(session.item.value?.id).toBe("2");
  expect(session.answers.value).toEqual({});
});

test("one goes back to what one said, and changes it", async () => {
  const sent = serve({ item: item("1") }, { item: item("2") }, { item: item("2") });
  const session = new LabelSession("l1");
  await session.load();
  session.say("opacity", "present");
  session.say("effusion", "absent");
  await session.save(String);
  session.goBack();
  expect([session.item.value?.id, session.answers.value.opacity]).toEqual(["1", "present"]);
  session.say("opacity", "unsure");
  await session.save(String);
  expect(sent[1]).toMatchObject({ answers: { opacity: "unsure" } });
  expect([session.item.value?.id, session.before.value.length]).toEqual(["2", 1]);
});

test("a refusal keeps the film and what was said", async () => {
  serve({ item: item("1", { asked: ["opacity"] }) }, { status: 409, error: { code: "FailedPrecondition", message: "The project is closed." } });
  const session = new LabelSession("l1");
  await session.load();
  session.say("opacity", "absent");
  await session.save(String);
  expect(session.fault.value).toBe("Not saved. The project is closed.");
  expect([session.item.value?.id, session.answers.value.opacity, session.busy.value]).toEqual(["1", "absent", false]);
});
