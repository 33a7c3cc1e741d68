// Groups of films beside each other: n, n with the finding, dot and interval on one scale, the floor
// dashed. The table is the plot: its numbers stand in it.
import type { SubgroupRow, Subgroups } from "../api/oversight";
import { count, estimate, fixed, interval } from "../design/numbers";
import { useScrollFocus } from "../design/table";
import { linear, ticks } from "./scale";

const kWidth = 176;
const kRow = 24;

/** From the least that occurs, in steps of a tenth, to 1. */
export function forestFrom({ rows, floor }: Subgroups): number {
  const least = Math.min(floor ?? 1, ...rows.map(({ value }) => value?.lower ?? value?.value ?? 1));
  return Math.max(0, Math.min(0.9, Math.floor(least * 10 + 1e-9) / 10));
}

function Cell({ row, from, floor }: { row: SubgroupRow; from: number; floor: number | null }) {
  const x = linear(from, 1, 4, kWidth - 4);
  const { value } = row;
  if (!value) return null;
  return (
    <svg class="c row" viewBox={`0 0 ${kWidth} ${kRow}`} width={kWidth} height={kRow} role="img" aria-label={`${row.group}: ${estimate(value, 2)}`}>
      {floor !== null && <path class="floor" d={`M${x(floor)} 0V${kRow}`} />}
      {value.lower !== null && value.upper !== null && <path class="ci" d={`M${x(value.lower)} 12H${x(value.upper)}`} />}
      <circle class="pt" cx={x(value.value)} cy="12" r="4" />
    </svg>
  );
}

function Scale({ from }: { from: number }) {
  const x = linear(from, 1, 4, kWidth - 4);
  return (
    <svg class="c row" viewBox={`0 0 ${kWidth} 16`} width={kWidth} height="16" aria-hidden="true">
      {ticks(from, 1, from < 0.5 ? 4 : 5).map((tick) => <text key={tick} class={tick === from ? "" : tick === 1 ? "e" : "m"} x={tick === from ? 0 : tick === 1 ? kWidth : x(tick)} y="12">{Number(tick.toFixed(2))}</text>)}
    </svg>
  );
}

export function Forest({ subgroups, label }: { subgroups: Subgroups; label: string }) {
  const from = forestFrom(subgroups);
  const box = useScrollFocus<HTMLDivElement>();
  const { rows, floor } = subgroups;
  return (
    <div class="scroll" role="region" aria-label={label} ref={box} tabIndex={-1}>
      <table class="forest">
        <thead><tr>
          <th scope="col">Group</th><th scope="col" class="n">Films</th><th scope="col" class="n">With</th><td><Scale from={from} /></td>
          <th scope="col" class="n">Se</th><th scope="col">95 % interval</th>
        </tr></thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={`${row.attribute} ${row.group}`} class={i > 0 && rows[i - 1]?.attribute !== row.attribute ? "new" : undefined}>
              <th scope="row">{row.group}</th>
              <td class="n q">{count(row.n)}</td><td class="n q">{count(row.positive)}</td>
              {row.value
                ? <><td><Cell row={row} from={from} floor={floor} /></td><td class="n">{fixed(row.value.value, 2)}</td><td class="q nw">{interval(row.value, 2)}</td></>
                : <td colSpan={3} class="qq">{row.why || "not estimable"}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
