// The linear cells as the core found them: a graph over one input, or a map of the plane of two.

import { float } from "./parts";

type Affine = { coefficients: string[]; constant: string };
export type Cell = { signs: string[]; maps: Affine[]; vertices: string[][]; neighbours: { signs: string[]; facet: Affine }[] | null };

const SIZE = 340;
const at = (map: Affine, point: number[]) =>
  map.coefficients.reduce((sum, c, i) => sum + float(c) * point[i], float(map.constant));
/** Places of the signs in which two cells differ: the neurons whose kink lies between them. */
function turned(a: string[], b: string[]): string[] {
  return a.flatMap((layer, l) => [...layer].flatMap((sign, i) => (sign === b[l]?.[i] ? [] : [`h${l + 1}.${i + 1}`])));
}

type Props = { cells: Cell[]; names: string[]; low: number; high: number; point: number[]; move(point: number[]): void };

/** The function over one input, its kinks marked with the neurons that make them. */
export function Graph({ cells, names, low, high, point, move }: Props) {
  const pieces = cells.map((cell) => ({ cell, ends: cell.vertices.map((v) => float(v[0])).sort((a, b) => a - b) }));
  pieces.sort((a, b) => a.ends[0] - b.ends[0]);
  const values = pieces.flatMap(({ cell, ends }) => cell.maps.flatMap((map) => ends.map((x) => at(map, [x]))));
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const x = (value: number) => ((value - low) / (high - low)) * SIZE;
  const y = (value: number) => SIZE - 12 - ((value - least) / (most - least || 1)) * (SIZE - 24);
  const here = pieces.find(({ ends }) => ends[0] <= point[0] && point[0] <= ends[1]) ?? pieces[0];
  const drag = (event: PointerEvent) => {
    if (event.type === "pointermove" && event.buttons === 0) return;
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const value = low + ((event.clientX - box.left) / box.width) * (high - low);
    move([Math.min(high, Math.max(low, Math.round(value * 100) / 100))]);
  };
  return (
    <svg class="pl-picture pl-auto cells" viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={`Graph over ${names[0]}, ${cells.length} linear pieces`} onPointerDown={drag} onPointerMove={drag}>
      <rect class="pl-paper" width={SIZE} height={SIZE} />
      {here && <rect class="here" x={x(here.ends[0])} width={Math.max(0, x(here.ends[1]) - x(here.ends[0]))} y={0} height={SIZE} />}
      <path class="pl-axis" d={`M0 ${y(0)}L${SIZE} ${y(0)}M${x(0)} 0L${x(0)} ${SIZE}`} />
      {pieces.slice(1).map(({ cell, ends }, i) => (
        <g>
          <path class="pl-grid kink" d={`M${x(ends[0])} 0L${x(ends[0])} ${SIZE}`} />
          <text class="pl-quiet" font-size="11" x={x(ends[0]) + 3} y={12 + 13 * (i % 3)}>{turned(pieces[i].cell.signs, cell.signs).join(" ")}</text>
        </g>
      ))}
      {(here?.cell.maps ?? []).map((_, output) => (
        <path class={`pl-series pl-series-${output % 6}`} fill="none" d={pieces.flatMap(({ cell, ends }) => ends.map((v) => `${x(v)} ${y(at(cell.maps[output], [v]))}`)).map((p, i) => (i ? "L" : "M") + p).join("")} />
      ))}
      {here && here.cell.maps.map((map) => <circle class="point" r="6" cx={x(point[0])} cy={y(at(map, point))} />)}
      <text class="pl-quiet" font-size="12" x={SIZE - 4} y={y(0) - 5} text-anchor="end">{names[0]}</text>
    </svg>
  );
}

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

/** The plane of two inputs: a colour for each affine map, a line for each neuron's kink. */
export function Plane({ cells, names, low, high, point, move }: Props) {
  const x = (value: number) => ((value - low) / (high - low)) * SIZE;
  const y = (value: number) => SIZE - x(value);
  const maps = new Map<string, number>();
  const colour = (cell: Cell) => {
    const key = JSON.stringify(cell.maps);
    if (!maps.has(key)) maps.set(key, maps.size);
    return maps.get(key)! % 8;
  };
  const drawn = cells.map((cell) => ({ cell, corners: around(cell) }));
  const here = drawn.find(({ corners }) => holds(corners, point));
  const kinks = drawn.flatMap(({ cell, corners }) =>
    (cell.neighbours ?? []).flatMap(({ signs, facet }) => {
      const ends = corners.filter((corner) => Math.abs(at(facet, corner)) < 1e-7);
      const neurons = turned(cell.signs, signs);
      return ends.length === 2 && cell.signs.join() < signs.join() ? [{ ends, neurons }] : [];
    }),
  );
  const first = new Map<string, number[]>();
  for (const { ends, neurons } of kinks) first.set(neurons.join(" "), ends[0].map((v, i) => v + 0.3 * (ends[1][i] - v)));
  const drag = (event: PointerEvent) => {
    if (event.type === "pointermove" && event.buttons === 0) return;
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const value = (share: number) => Math.round((low + Math.min(1, Math.max(0, share)) * (high - low)) * 100) / 100;
    move([value((event.clientX - box.left) / box.width), value(1 - (event.clientY - box.top) / box.height)]);
  };
  const path = (corners: number[][]) => corners.map(([a, b], i) => `${i ? "L" : "M"}${x(a)} ${y(b)}`).join("") + "Z";
  return (
    <svg class="pl-picture pl-auto cells" viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={`Plane of ${names.join(" and ")}: ${cells.length} linear cells, ${maps.size} maps`} onPointerDown={drag} onPointerMove={drag}>
      {drawn.map(({ cell, corners }) => <path class={`pl-cell pl-cell-${colour(cell)}`} d={path(corners)} />)}
      {here && <path class="here" d={path(here.corners)} />}
      {kinks.map(({ ends }) => <path class="pl-kink" d={`M${x(ends[0][0])} ${y(ends[0][1])}L${x(ends[1][0])} ${y(ends[1][1])}`} />)}
      {first.size <= 12 && [...first].map(([name, [a, b]]) => <text class="pl-text" font-size="11" x={x(a) + 4} y={y(b) - 4}>{name}</text>)}
      <circle class="point" r="6" cx={x(point[0])} cy={y(point[1])} />
      <text class="pl-text" font-size="12" x={SIZE - 4} y={SIZE - 5} text-anchor="end">{names[0]}</text>
      <text class="pl-text" font-size="12" x={4} y={14}>{names[1]}</text>
    </svg>
  );
}
