// What the SVG plots share: the frame with its ticks, from the tokens and classes of charts.css.
import type { ComponentChildren } from "preact";
import { linear, type Scale, ticks } from "./scale";

export interface Frame {
  x: Scale;
  y: Scale;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A plotting area of `width` by `height` with room for the words of the axes. */
export function frameOf(width: number, height: number, x: [number, number], y: [number, number],
  room: { left: number; right: number; top: number; bottom: number }): Frame {
  const [left, right, top, bottom] = [room.left, width - room.right, room.top, height - room.bottom];
  return { left, right, top, bottom, x: linear(x[0], x[1], left, right), y: linear(y[0], y[1], bottom, top) };
}

/** Hairlines and numbers of the value axis. */
export function YAxis({ frame, format, most = 5, at }: { frame: Frame; format: (value: number) => string; most?: number; at?: number[] }) {
  return (
    <>
      {(at ?? ticks(frame.y.from, frame.y.to, most)).map((tick) => {
        const y = Math.round(frame.y(tick)) + 0.5;
        return (
          <g key={tick}>
            <path class="gr" d={`M${frame.left} ${y}H${frame.right}`} />
            <text class="e" x={frame.left - 6} y={y + 4}>{format(tick)}</text>
          </g>
        );
      })}
    </>
  );
}

export function XAxis({ frame, format, at }: { frame: Frame; format: (value: number) => string; at: number[] }) {
  return (
    <>
      <path class="ax" d={`M${frame.left} ${frame.bottom + 0.5}H${frame.right}`} />
      {at.map((tick) => (
        <g key={tick}>
          <path class="ax" d={`M${frame.x(tick)} ${frame.bottom}v4`} />
          <text class="m" x={frame.x(tick)} y={frame.bottom + 17}>{format(tick)}</text>
        </g>
      ))}
    </>
  );
}

export function Svg({ width, height, label, children }: { width: number; height: number; label: string; children: ComponentChildren }) {
  return <svg class="c" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label}>{children}</svg>;
}
