// How often readers disagree: by week with intervals, why, and in which tier and version.
import type { Model } from "../../api/oversight";
import { Figure } from "../../charts/figure";
import { WeekRates } from "../../charts/weeks";
import { wilson } from "../../charts/wilson";
import { count, plural, rate } from "../../design/numbers";
import { Table } from "../../design/table";
import { shortDay } from "./words";

const kTiers: Record<string, string> = { high: "High", medium: "Medium", low: "Low", undecided: "Undecided" };

function Reasons({ model }: { model: Model }) {
  const most = Math.max(1, ...model.reasons.map(({ count: n }) => n));
  const all = model.reasons.reduce((sum, { count: n }) => sum + n, 0);
  if (all === 0) return <p class="q">No reason was given: nobody disagreed in this time.</p>;
  return (
    <Table label="Reasons given" columns={["Reason given", { name: "Share", hidden: true }, { name: count(all), right: true }]}>
      {model.reasons.map((reason) => (
        <tr key={reason.code}>
          <th scope="row">{reason.text}</th>
          <td><svg class="c" viewBox="0 0 120 8" width="120" height="8" aria-hidden="true"><rect class="bar1" width={120 * reason.count / most} height="8" /></svg></td>
          <td class="n">{count(reason.count)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Shares({ name, rows }: { name: string; rows: { label: string; answers: number; overrides: number }[] }) {
  return (
    <Table label={`Overrides by ${name.toLowerCase()}`} columns={[name, { name: "Answers", right: true }, { name: "Overridden", right: true }]}>
      {rows.map((row) => {
        const share = wilson(row.overrides, row.answers);
        return <tr key={row.label}><th scope="row">{row.label}</th><td class="n">{count(row.answers)}</td><td class="n">{share ? rate(share) : <span class="qq">no answers</span>}</td></tr>;
      })}
    </Table>
  );
}

export function Overrides({ model }: { model: Model }) {
  const { overrides, override, override_why, by_tier, by_version } = model;
  const rates = overrides.map((week) => wilson(week.overrides, week.answers));
  const last = overrides.at(-1);
  const answered = overrides.reduce((sum, week) => sum + week.answers, 0);
  const sentence = `Disagreements among answers, by week, with 95 % intervals: ${plural(answered, "answer")} in ${plural(overrides.length, "week")}.`;
  return (
    <section aria-labelledby="h-over">
      <h2 id="h-over">{override ? `Overrides: ${rate(override)}` : "Overrides"}</h2>
      {!override && <p class="q">Not estimable: {override_why || "no answers"}.</p>}
      {answered === 0 ? <p class="q">No reader has answered in {plural(overrides.length, "week")}.</p> : (
        <Figure title="By week." sentence={sentence.replace("Disagreements among answers, by week, w", "W")} columns={["Week of", "Answers", "Overrides", "Rate"]}
          rows={overrides.map((week, i) => [shortDay(week.week), week.answers, week.overrides, rates[i] ? rate(rates[i]) : "no answers"])}>
          <WeekRates weeks={overrides.map(({ week }) => week)} rates={rates} label={`${sentence} Last week ${last && rates.at(-1) ? rate(rates.at(-1) ?? { value: 0, lower: null, upper: null, n: 0 }) : "without answers"}.`} />
        </Figure>
      )}
      <Reasons model={model} />
      <Shares name="Tier" rows={by_tier.map((row) => ({ ...row, label: kTiers[row.tier] ?? row.tier }))} />
      <Shares name="Version" rows={by_version.map((row) => ({ ...row, label: `${row.version}${row.version === model.version ? ", this one" : ""}` }))} />
    </section>
  );
}
