// The plane of two inputs: a colour for each affine map, a line for each neuron's kink.

import { useMemo } from "preact/hooks";
import { Cell, Props, SIZE, at, hundredths, pointed, turned } from "./cells";
import { float } from "./parts";

/** Colours of maps in the pictures' style sheet. */
const COLOURS = 8;
/** More kinks have no room for their names. */
const MOST_NAMED = 12;
/** More pieces of kinks are drawn finer. */
const MANY = 150;

type Drawn = { cell: Cell; corners: number[][]; path: string };
type Kink = { ends: number[][]; neurons: string };

/** Corners of a convex cell in order around it. */
function around(cell: Cell): number[][] {
  const corners = cell.vertices.map((v) => v.map(float));
  const middle = [0, 1].map((i) => corners.reduce((sum, c) => sum + c[i], 0) / corners.length);
  return corners.sort((a, b) => Math.atan2(a[1] - middle[1], a[0] - middle[0]) - Math.atan2(b[1] - middle[1], b[0] - middle[0]));
}

function holds(corners: number[][], [px, py]: number[]): boolean {
  return corners.every(([ax, ay], i) => {
    const [bx, by] = corners[(i + 1) % corners.length];
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax) >= -1e-9;
  });
}

/** The sides of a cell on which neurons have their kinks. */
function kinksOf({ cell, corners }: Drawn): (Kink & { signs: string })[] {
  return (cell.neighbours ?? []).flatMap(({ signs, facet }) => {
    const ends = corners.filter((corner) => Math.abs(at(facet, corner)) < 1e-7);
    return ends.length === 2 ? [{ ends, neurons: turned(cell.signs, signs).join(" "), signs: signs.join() }] : [];
  });
}

export function Plane({ cells, names, low, high, point, move }: Props) {
  const x = (value: number) => Math.round(((value - low) / (high - low)) * SIZE * 100) / 100;
  const y = (value: number) => SIZE - x(value);
  const segment = ([[ax, ay], [bx, by]]: number[][]) => `M${x(ax)} ${y(ay)}L${x(bx)} ${y(by)}`;
  const { drawn, still, n_maps } = useMemo(() => {
    const drawn: Drawn[] = cells.map((cell) => {
      const corners = around(cell);
      return { cell, corners, path: corners.map(([a, b], i) => `${i ? "L" : "M"}${x(a)} ${y(b)}`).join("") + "Z" };
    });
    const maps = new Map<string, number>();
    const byColour: string[] = Array(COLOURS).fill("");
    for (const { cell, path } of drawn) {
      const key = JSON.stringify(cell.maps);
      if (!maps.has(key)) maps.set(key, maps.size);
      byColour[maps.get(key)! % COLOURS] += path;
    }
    // Each kink between two cells once.
    const kinks = drawn.flatMap((one) => kinksOf(one).filter(({ signs }) => one.cell.signs.join() < signs));
    const first = new Map<string, number[]>();
    for (const { ends, neurons } of kinks) if (!first.has(neurons)) first.set(neurons, ends[0].map((v, i) => v + 0.3 * (ends[1][i] - v)));
    // What stays where it is while the point moves is a picture of its own, and the same object each time, so that it is
    // neither looked at nor painted again.
    const still = (
      <svg class="pl-picture pl-auto still" viewBox={`0 0 ${SIZE} ${SIZE}`} aria-hidden="true">
        {byColour.map((path, i) => path && <path class={`pl-cell pl-cell-${i}`} d={path} />)}
        <path class={`pl-kink ${kinks.length > MANY ? "pl-fine" : ""}`} fill="none" d={kinks.map(({ ends }) => segment(ends)).join("")} />
        {first.size <= MOST_NAMED && [...first].map(([name, [a, b]]) => (
          <text class="pl-text name" font-size="11" x={Math.min(SIZE - 8 * name.length, x(a) + 4)} y={Math.max(24, y(b) - 4)}>{name}</text>
        ))}
        <text class="pl-text" font-size="12" x={SIZE - 4} y={SIZE - 5} text-anchor="end">{names[0]}</text>
        <text class="pl-text" font-size="12" x={4} y={14}>{names[1]}</text>
      </svg>
    );
    return { drawn, still, n_maps: maps.size };
  }, [cells]);
  const here = drawn.find(({ corners }) => holds(corners, point));
  const lit = useMemo(() => (here ? kinksOf(here).map(({ ends }) => segment(ends)).join("") : ""), [here]);
  const drag = (event: PointerEvent) => {
    const share = pointed(event);
    if (share) move([hundredths(low + share[0] * (high - low)), hundredths(high - share[1] * (high - low))]);
  };
  return (
    <div class="layers">
      {still}
      <svg class="pl-picture pl-auto cells" viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={`Plane of ${names.join(" and ")}: ${cells.length} linear cells, ${n_maps} maps`} onPointerDown={drag} onPointerMove={drag}>
        {here && <path class="here" d={here.path} />}
        <path class="lit" fill="none" d={lit} />
        <circle class="point" r="6" cx={x(point[0])} cy={y(point[1])} />
      </svg>
    </div>
  );
}
