// One sitting of one person in one project: the film before them, what they say about it, how long
// they took, and the films of this sitting to go back to.
import { computed, signal } from "@preact/signals";
import { ApiError, getJson, path, postJson } from "../../api/client";
import type { Answers, Box, Boxes, LabelAnswer, LabelItem } from "../../api/labelling";

/** Films of this sitting that are kept to go back to. */
const kMostBefore = 200;

/** The asked findings that have no answer yet. */
export function unanswered(item: LabelItem, answers: Answers): string[] {
  return item.asked.filter((code) => !answers[code]);
}

/** What is sent: answers to what is asked, boxes of what is present, nothing else. */
export function toSend(item: LabelItem, answers: Answers, boxes: Boxes): { answers: Answers; boxes: Boxes } {
  const said: Answers = {};
  const drawn: Boxes = {};
  for (const code of item.asked) {
    const answer = answers[code];
    const box = boxes[code];
    if (answer) said[code] = answer;
    if (box && answer === "present") drawn[code] = box;
  }
  return { answers: said, boxes: drawn };
}

export class LabelSession {
  /** Undefined until the first film is known; null when none waits. */
  readonly item = signal<LabelItem | null | undefined>(undefined);
  readonly current = signal(0);
  readonly answers = signal<Answers>({});
  readonly boxes = signal<Boxes>({});
  readonly error = signal<ApiError | null>(null);
  /** Why the last press did not save. */
  readonly fault = signal("");
  readonly busy = signal(false);
  readonly before = signal<LabelItem[]>([]);
  /** Films answered here since the page was opened. */
  readonly saved = signal(0);
  readonly code = computed(() => this.item.value?.asked[this.current.value] ?? "");
  private since = 0;

  /** `onSaved` is told after each film, with what waits next. */
  constructor(readonly project: string, private readonly onSaved: () => void = () => undefined) {}

  async load(): Promise<void> {
    this.error.value = null;
    try {
      const { data } = await getJson<{ item: LabelItem | null }>(path`/api/labelling/${this.project}/next`);
      this.show(data?.item ?? null);
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      this.error.value = cause;
    }
  }

  private show(item: LabelItem | null, at = performance.now()): void {
    this.item.value = item;
    this.answers.value = { ...item?.answers };
    this.boxes.value = { ...item?.boxes };
    this.current.value = 0;
    this.fault.value = "";
    this.since = at;
  }

  seconds(at = performance.now()): number {
    return Math.round((at - this.since) / 100) / 10;
  }

  select(index: number): void {
    const last = (this.item.value?.asked.length ?? 1) - 1;
    this.current.value = Math.min(last, Math.max(0, index));
  }

  say(code: string, answer: LabelAnswer): void {
    this.answers.value = { ...this.answers.value, [code]: answer };
    this.fault.value = "";
  }

  /** A box says that the finding is there. */
  draw(code: string, box: Box): void {
    this.say(code, "present");
    this.boxes.value = { ...this.boxes.value, [code]: box };
  }

  erase(code: string): void {
    const { [code]: _, ...rest } = this.boxes.value;
    this.boxes.value = rest;
  }

  /** Back to a film of this sitting; saving it leads to the next that waits. */
  goBack(): void {
    const last = this.before.value.at(-1);
    const here = this.item.value;
    if (!last || here === undefined || this.busy.value) return;
    this.before.value = this.before.value.slice(0, -1);
    this.show(last);
  }

  /** Saves and shows the next film; a finding without an answer is gone to instead. */
  async save(labelOf: (code: string) => string): Promise<void> {
    const item = this.item.value;
    if (!item || this.busy.value) return;
    const missing = unanswered(item, this.answers.value)[0];
    if (missing) {
      this.select(item.asked.indexOf(missing));
      this.fault.value = `Not saved: ${labelOf(missing)} has no answer yet.`;
      return;
    }
    const said = toSend(item, this.answers.value, this.boxes.value);
    this.busy.value = true;
    try {
      const reply = await postJson<{ item: LabelItem | null }>(path`/api/labelling/${this.project}/items/${item.id}`,
        { ...said, seconds: this.seconds() });
      this.before.value = [...this.before.value.filter(({ id }) => id !== item.id), { ...item, ...said }].slice(-kMostBefore);
      this.saved.value += 1;
      this.show(reply.item);
      this.onSaved();
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      this.fault.value = `Not saved. ${cause.message} ${cause.hint}`.trim();
    } finally {
      this.busy.value = false;
    }
  }
}
