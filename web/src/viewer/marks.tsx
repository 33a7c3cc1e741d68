// What the models point at, over the film: outline 2 px on a 5 px halo, dashed when undecided, its
// letter beside it; the heat map as three lines with a flat tint and hatching at the peak.
import { useId, useMemo } from "preact/hooks";
import type { Finding, FindingMap, Marks } from "../api/contract";
import { boundsOf, type Bounds, heatLoops, pathOf } from "./contours";
import { type Placement, type Size, toScreen } from "./geometry";

export interface Mark {
  id: string;
  tag: string;
  label: string;
  map: FindingMap;
  dashed: boolean;
}

/** The findings that have something to show on an image. */
export function marksOn(findings: Finding[], sop: string): Mark[] {
  return findings.flatMap(({ id, tag, label, map, state, sop: on }) =>
    map && (on === sop || on === "") && (state === "above" || state === "undecided")
      ? [{ id, tag, label, map, dashed: state === "undecided" }] : []);
}

interface Drawn {
  half: string;
  quarter: string;
  most: string;
  bounds: Bounds | null;
}

function draw(map: FindingMap): Drawn {
  const { quarter, half, most } = heatLoops(map);
  return { half: pathOf(half), quarter: pathOf(quarter), most: pathOf(most), bounds: boundsOf(half) };
}

const kTag = 24;
const kGap = 8;

function onScreen({ x0, y0, x1, y1 }: Bounds, placement: Placement): Bounds {
  const [left, top] = toScreen(placement, [x0, y0]);
  const [right, low] = toScreen(placement, [x1, y1]);
  return { x0: left, y0: top, x1: right, y1: low };
}

/** Beside the outline, where it covers no other one and stays in the box. */
export function tagPlace(own: Bounds, others: Bounds[], box: Size): [number, number] {
  const [right, left] = [own.x1 + kGap, own.x0 - kGap - kTag];
  const [top, low] = [own.y0, own.y1 - kTag];
  const places: [number, number][] = [[right, top], [left, low], [left, top], [right, low]];
  const isFree = ([x, y]: [number, number]): boolean => x >= 0 && y >= 0 && x + kTag <= box.width && y + kTag <= box.height &&
    others.every((one) => x > one.x1 || x + kTag < one.x0 || y > one.y1 || y + kTag < one.y0);
  const [x, y] = places.find(isFree) ?? [right, top];
  const clamp = (at: number, room: number): number => Math.min(Math.max(4, at), Math.max(4, room - kTag - 4));
  return [clamp(x, box.width), clamp(y, box.height)];
}

function MarkOf({ tag, dashed, drawn, heat, placement, place, hatch }: {
  tag: string; dashed: boolean; drawn: Drawn; heat: boolean; placement: Placement; place: [number, number]; hatch: string;
}) {
  const { zoom, x, y, aspect } = placement;
  const [tagX, tagY] = place;
  return (
    <g data-mark={tag}>
      <g transform={`translate(${x} ${y}) scale(${zoom} ${zoom * aspect})`}>
        {heat && (
          <g class="heat">
            <path d={drawn.quarter} /><path d={drawn.half} /><path d={drawn.most} />
            <path class="peak" d={drawn.most} fill={`url(#${hatch})`} />
          </g>
        )}
        <path class="halo" d={drawn.half} />
        <path class={dashed ? "edge dash" : "edge"} d={drawn.half} />
      </g>
      <g class="tag">
        <rect x={tagX} y={tagY} width={kTag} height={kTag} />
        <text x={tagX + kTag / 2} y={tagY + 17}>{tag}</text>
      </g>
    </g>
  );
}

export function MarksLayer({ marks, mode, current, placement, box }: {
  marks: Mark[]; mode: Marks; current: string; placement: Placement; box: Size;
}) {
  const hatch = useId();
  const drawn = useMemo(() => marks.map(({ map }) => draw(map)), marks.map(({ map }) => map));
  if (mode === "off" || marks.length === 0) return null;
  // One heat map at a time: two over each other could not be told apart.
  const hot = marks.some(({ id }) => id === current) ? current : marks[0]?.id;
  const { zoom, aspect } = placement;
  const bounds = drawn.map((one) => one.bounds && onScreen(one.bounds, placement));
  return (
    <g class="marks">
      <defs>
        <pattern id={hatch} width="7" height="7" patternUnits="userSpaceOnUse"
          patternTransform={`scale(${1 / zoom} ${1 / (zoom * aspect)}) rotate(45)`}>
          <path class="hatch" d="M0 0V7" />
        </pattern>
      </defs>
      {marks.map(({ id, tag, dashed }, i) => {
        const own = bounds[i];
        const shape = drawn[i];
        if (!own || !shape) return null;
        const others = bounds.filter((one, j): one is Bounds => one !== null && j !== i);
        return (
          <MarkOf key={id} tag={tag} dashed={dashed} drawn={shape} heat={mode === "heat" && id === hot}
            placement={placement} place={tagPlace(own, others, box)} hatch={hatch} />
        );
      })}
    </g>
  );
}

/** The marks in words, for the film's accessible name. */
export function marksWords(marks: Mark[], mode: Marks): string {
  if (mode === "off" || marks.length === 0) return "AI marks off";
  return marks.map(({ tag, label, dashed }) => `${label} outlined ${tag}${dashed ? ", dashed: undecided" : ""}`).join(". ");
}
