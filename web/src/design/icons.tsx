// The shapes of states: one for each word, told apart without colour. 12 × 12.
import type { JSX } from "preact";

const kShapes = {
  critical: <path d="M6 0l6 6-6 6-6-6z" />,
  urgent: <path d="M6 .8L12 11.2H0z" />,
  routine: <circle cx="6" cy="6" r="4.2" />,
  done: <path d="M1.5 6.5l3 3 6-7" />,
  queued: <><circle cx="6" cy="6" r="4.8" /><path d="M6 3.2V6l2 1.4" /></>,
  failed: <path d="M2 2l8 8M10 2l-8 8" />,
  scope: <><circle cx="6" cy="6" r="4.8" /><path d="M2.6 9.4l6.8-6.8" /></>,
  paused: <path d="M3.5 1.5v9M8.5 1.5v9" stroke-width="2.2" />,
  held: <><circle cx="6" cy="6" r="4.8" /><path d="M6 1.2a4.8 4.8 0 0 1 0 9.6z" fill="currentColor" /></>,
  info: <><circle cx="6" cy="6" r="4.8" /><path d="M6 5.2v3.6M6 2.9v1" /></>,
  none: <path d="M2 6h8" />,
  run: <path d="M3 1.5l7 4.5-7 4.5z" />,
  up: <path d="M6 10.5v-9M2 5.2l4-4 4 4" />,
} satisfies Record<string, JSX.Element>;

export type Shape = keyof typeof kShapes;

export function Icon({ shape }: { shape: Shape }) {
  return <svg class="i" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{kShapes[shape]}</svg>;
}
