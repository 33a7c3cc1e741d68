// Boxes over the film, as the marks of the study page: 2 px on a 5 px halo, a letter beside each.
import type { Box } from "../api/labelling";
import { type Placement, type Size, toScreen } from "./geometry";
import { tagPlace } from "./marks";

export interface ShownBox {
  /** What stands beside it: a finding's letter, a reader's number. */
  tag: string;
  box: Box;
  /** Somebody else's, or one under way. */
  dashed: boolean;
}

export function BoxLayer({ boxes, placement, sight }: { boxes: ShownBox[]; placement: Placement; sight: Size }) {
  const bounds = boxes.map(({ box: [x0, y0, x1, y1] }) => {
    const [left, top] = toScreen(placement, [x0, y0]);
    const [right, low] = toScreen(placement, [x1, y1]);
    return { x0: left, y0: top, x1: right, y1: low };
  });
  return (
    <g class="boxes">
      {bounds.map(({ x0, y0, x1, y1 }, i) => {
        const shown = boxes[i];
        if (!shown) return null;
        const d = `M${x0} ${y0}H${x1}V${y1}H${x0}Z`;
        const [tagX, tagY] = tagPlace({ x0, y0, x1, y1 }, bounds.filter((_, j) => j !== i), sight);
        return (
          <g key={`${shown.tag} ${i}`} data-box={shown.tag}>
            <path class="halo" d={d} />
            <path class={shown.dashed ? "edge dash" : "edge"} d={d} />
            <g class="tag">
              <rect x={tagX} y={tagY} width="24" height="24" />
              <text x={tagX + 12} y={tagY + 17}>{shown.tag}</text>
            </g>
          </g>
        );
      })}
    </g>
  );
}
