// Lengths and the cross that sets their ends, over the film.
import type { ImageInfo } from "../api/contract";
import { type Length, lengthWords, type Placement, type Size, toScreen } from "./geometry";
import type { Measuring } from "./view";

function LengthLine({ length, placement }: { length: Length; placement: Placement }) {
  const [x1, y1] = toScreen(placement, length.a);
  const [x2, y2] = toScreen(placement, length.b);
  const d = `M${x1} ${y1}L${x2} ${y2}`;
  return (
    <g class="length">
      <path class="halo" d={d} /><path class="edge" d={d} />
      {[[x1, y1], [x2, y2]].map(([x, y], i) => <circle key={i} class="edge" cx={x} cy={y} r="3" />)}
    </g>
  );
}

/** The widest plate, with room to spare for wide fonts. */
const kPlateRoom = 280;

/** What the lengths are, on plates beside them. */
export function LengthPlates({ lengths, measuring, image, placement, box }: {
  lengths: Length[]; measuring: Measuring | null; image: ImageInfo; placement: Placement; box: Size;
}) {
  const all = measuring?.first ? [...lengths, { a: measuring.first, b: measuring.cross }] : lengths;
  return (
    <>
      {all.map((length, i) => {
        const [x1, y1] = toScreen(placement, length.a);
        const [x2, y2] = toScreen(placement, length.b);
        const isRoomRight = Math.max(x1, x2) + kPlateRoom < box.width;
        const side = isRoomRight ? { left: `${Math.max(x1, x2) + 8}px` } : { right: `${box.width - Math.min(x1, x2) + 8}px` };
        return (
          <p class="len" key={i} style={{ ...side, top: `${(y1 + y2) / 2}px` }}>
            <span>{lengthWords(length, image)}</span>
          </p>
        );
      })}
    </>
  );
}

export function MeasureLayer({ lengths, measuring, placement }: {
  lengths: Length[]; measuring: Measuring | null; placement: Placement;
}) {
  const cross = measuring && toScreen(placement, measuring.cross);
  return (
    <g>
      {lengths.map((length, i) => <LengthLine key={i} length={length} placement={placement} />)}
      {measuring?.first && <LengthLine length={{ a: measuring.first, b: measuring.cross }} placement={placement} />}
      {cross && (
        <g class="length cross">
          {["halo", "edge"].map((name) => (
            <path key={name} class={name} d={`M${cross[0] - 14} ${cross[1]}h10m8 0h10M${cross[0]} ${cross[1] - 14}v10m0 8v10`} />
          ))}
        </g>
      )}
    </g>
  );
}
