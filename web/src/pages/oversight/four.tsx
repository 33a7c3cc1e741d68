// The same four numbers for every model: volume, latency, failures, agreement, each with its days.
import type { ComponentChildren } from "preact";
import type { Model } from "../../api/oversight";
import { DayBars, DayLines, roundTop } from "../../charts/days";
import { Figure } from "../../charts/figure";
import { count, percent, percentRange, plural } from "../../design/numbers";
import { answeredWords, failedWords, milliseconds, shortDay } from "./words";

function Quantity({ title, big, unit, more, children }: { title: string; big: string; unit: string; more: string; children: ComponentChildren }) {
  return (
    <section>
      <h2>{title}</h2>
      <p class="big">{big} <span>{unit}</span></p>
      <p class="s">{more}</p>
      {children}
    </section>
  );
}

function Volume({ model }: { model: Model }) {
  const { days, scored, films, no_result, window_days } = model;
  const waits = Math.max(0, films - scored - no_result - model.failed);
  const sentence = `Films scored a day over ${window_days} days, ${count(scored)} in all.`;
  return (
    <Quantity title="Volume" big={count(scored)} unit={`scored of ${plural(films, "film")}`} more={`${count(no_result)} without a result (out of scope, held back)${waits > 0 ? `; ${count(waits)} wait` : ""}`}>
      <Figure quiet title="Films scored by day" sentence={sentence} columns={["Day", "Films", "Scored"]} rows={days.map((day) => [shortDay(day.day), day.films, day.scored])}>
        <DayBars days={days.map(({ day }) => day)} values={days.map((day) => day.scored)} label={sentence} />
      </Figure>
    </Quantity>
  );
}

function Latency({ model }: { model: Model }) {
  const { days, latency_ms } = model;
  const top = roundTop(Math.max(0, ...days.map(({ p95_ms }) => p95_ms ?? 0)));
  const sentence = latency_ms ? `Time from arrival to result by day: median ${milliseconds(latency_ms.p50)}, 95 of 100 within ${milliseconds(latency_ms.p95)}.` : "No film was scored in this time.";
  const words = (ms: number | null): string => (ms === null ? "none scored" : milliseconds(ms));
  return (
    <Quantity title="Latency" big={latency_ms ? milliseconds(latency_ms.p50) : "None"} unit={latency_ms ? "median" : "scored"} more={latency_ms ? `95 of 100 within ${milliseconds(latency_ms.p95)}, from queued to result` : "No film was scored in this time."}>
      <Figure quiet title="Latency by day" sentence={sentence} columns={["Day", "Median", "95th percentile"]} rows={days.map((day) => [shortDay(day.day), words(day.p50_ms), words(day.p95_ms)])}>
        <DayLines days={days.map(({ day }) => day)} range={[0, top]} format={(ms) => (ms === 0 ? "0" : milliseconds(ms).replace(".0", ""))} label={sentence}
          lines={[{ name: "median", values: days.map((day) => day.p50_ms) }, { name: "95th percentile", values: days.map((day) => day.p95_ms) }]} />
      </Figure>
    </Quantity>
  );
}

function Failures({ model }: { model: Model }) {
  const { days, failed, films } = model;
  const sentence = `Films on which the model failed, by day: ${count(failed)} in all.`;
  return (
    <Quantity title="Failures" big={count(failed)} unit={failedWords(failed, films)} more="Cut-short files, engine stops; each is told on its study">
      <Figure quiet title="Failures by day" sentence={sentence} columns={["Day", "Films", "Failed"]} rows={days.map((day) => [shortDay(day.day), day.films, day.failed])}>
        <DayBars days={days.map(({ day }) => day)} values={days.map((day) => day.failed)} label={sentence} />
      </Figure>
    </Quantity>
  );
}

function Agreement({ model }: { model: Model }) {
  const { days, agreement, agreement_why, answers } = model;
  const words = answeredWords(answers);
  const shares = days.map((day) => (day.answers > 0 ? day.agree / day.answers : null));
  const range = agreement && agreement.lower !== null && agreement.upper !== null ? `${percentRange(agreement.lower, agreement.upper)}. ` : "";
  const sentence = agreement ? `Share of answers that agree, by day: ${percent(agreement.value)} over all. ${range}` : `No agreement to show: ${agreement_why}.`;
  return (
    <Quantity title="Agreement with the reader" big={agreement ? percent(agreement.value) : "None"} unit={agreement ? words.main : agreement_why || "no answers"} more={agreement ? `${range}${words.rest}` : words.rest}>
      <Figure quiet title="Agreement by day" sentence={sentence} columns={["Day", "Agree", "Answers"]} rows={days.map((day) => [shortDay(day.day), day.agree, day.answers])}>
        <DayLines days={days.map(({ day }) => day)} range={[0, 1]} format={(share) => (share === 1 ? "100 %" : "0")} label={sentence} lines={[{ name: "agree", values: shares }]} />
      </Figure>
    </Quantity>
  );
}

export function FourNumbers({ model }: { model: Model }) {
  return <div class="four"><Volume model={model} /><Latency model={model} /><Failures model={model} /><Agreement model={model} /></div>;
}
