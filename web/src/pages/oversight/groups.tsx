import type { Model } from "../../api/oversight";
import { Forest } from "../../charts/forest";
import { fixed, plural, signed } from "../../design/numbers";
import { fullDate } from "../../design/times";

function gapWords({ gap }: Model): string {
  if (!gap) return "";
  const { difference } = gap;
  const points = (share: number): string => signed(share * 100, 0);
  const range = difference && difference.lower !== null && difference.upper !== null ? ` (${points(difference.lower)} to ${points(difference.upper)})` : "";
  return ` ${plural(gap.points, "point")}${range} below ${gap.other}, n ${gap.n} with the finding.`;
}

export function Groups({ model }: { model: Model }) {
  const { gap, gap_why, subgroups, subgroups_why, last_validation } = model;
  return (
    <section aria-labelledby="h-gap">
      <h2 id="h-gap">{gap ? `Largest gap: ${plural(gap.points, "point")}, ${gap.group}` : "Largest gap: not known"}</h2>
      {subgroups.rows.length === 0 ? <p class="q">{subgroups_why || gap_why || "No group was measured."}</p> : (
        <>
          <p class="q">Sensitivity at the operating point{subgroups.floor !== null && `; dashed: floor ${fixed(subgroups.floor, 2)}`}{last_validation && `; validation of ${fullDate(last_validation)}`}.{gapWords(model)}{!gap && gap_why && ` ${gap_why}.`}</p>
          <Forest subgroups={subgroups} label="Groups with intervals" />
          {subgroups.omitted.length > 0 && <p class="s q">Left out: {subgroups.omitted.join("; ")}.</p>}
        </>
      )}
    </section>
  );
}
