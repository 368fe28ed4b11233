// The linear cells as the core found them, and where they lie on the screen.

import { float } from "./parts";

type Affine = { coefficients: string[]; constant: string };
export type Cell = { signs: string[]; maps: Affine[]; vertices: string[][]; neighbours: { signs: string[]; facet: Affine }[] | null };
export type Props = { cells: Cell[]; names: string[]; low: number; high: number; point: number[]; move(point: number[]): void };

/** The picture's side. */
export const SIZE = 340;

/** An affine map at a point. */
export const at = (map: Affine, point: number[]) =>
  map.coefficients.reduce((sum, c, i) => sum + float(c) * point[i], float(map.constant));

/** The neurons whose kink lies between two cells: those in whose sign they differ. */
export function turned(a: string[], b: string[]): string[] {
  return a.flatMap((layer, l) => [...layer].flatMap((sign, i) => (sign === b[l]?.[i] ? [] : [`h${l + 1}.${i + 1}`])));
}

/** What a pointer that is held down points at, as shares of the picture from its upper left corner. */
export function pointed(event: PointerEvent): [number, number] | undefined {
  const place = event.currentTarget as Element;
  if (event.type === "pointermove" && event.buttons === 0) return undefined;
  // The point is dragged on where the pointer leaves the picture.
  if (event.type === "pointerdown") place.setPointerCapture(event.pointerId);
  const box = place.getBoundingClientRect();
  const share = (value: number) => Math.min(1, Math.max(0, value));
  return [share((event.clientX - box.left) / box.width), share((event.clientY - box.top) / box.height)];
}

export const hundredths = (value: number) => Math.round(value * 100) / 100;
