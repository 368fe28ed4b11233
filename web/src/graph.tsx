// The function over one input, its kinks marked with the neurons that make them.

import { useMemo } from "preact/hooks";
import { Props, SIZE, at, hundredths, pointed, turned } from "./cells";
import { float } from "./parts";

/** Steps down of the kinks' names, so that close ones do not cover each other. */
const STEPS = 3;

export function Graph({ cells, names, low, high, point, move }: Props) {
  const x = (value: number) => ((value - low) / (high - low)) * SIZE;
  const { pieces, y, still } = useMemo(() => {
    const pieces = cells.map((cell) => ({ cell, ends: cell.vertices.map((v) => float(v[0])).sort((a, b) => a - b) }));
    pieces.sort((a, b) => a.ends[0] - b.ends[0]);
    const values = pieces.flatMap(({ cell, ends }) => cell.maps.flatMap((map) => ends.map((x) => at(map, [x]))));
    const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
    const y = (value: number) => SIZE - 12 - ((value - least) / (most - least || 1)) * (SIZE - 24);
    const line = (output: number) => pieces.flatMap(({ cell, ends }) => ends.map((v) => `${x(v)} ${y(at(cell.maps[output], [v]))}`));
    // What stays where it is while the point moves is a picture of its own, and the same object each time, so that it is
    // neither looked at nor painted again.
    const still = (
      <svg class="pl-picture pl-auto still" viewBox={`0 0 ${SIZE} ${SIZE}`} aria-hidden="true">
        <rect class="pl-paper" width={SIZE} height={SIZE} />
        <path class="pl-axis" d={`M0 ${y(0)}L${SIZE} ${y(0)}M${x(0)} 0L${x(0)} ${SIZE}`} />
        {pieces.slice(1).map(({ cell, ends }, i) => (
          <g>
            <path class="pl-grid kink" d={`M${x(ends[0])} 0L${x(ends[0])} ${SIZE}`} />
            <text class="pl-quiet" font-size="11" x={x(ends[0]) + 3} y={12 + 13 * (i % STEPS)}>{turned(pieces[i].cell.signs, cell.signs).join(" ")}</text>
          </g>
        ))}
        {(pieces[0]?.cell.maps ?? []).map((_, output) => (
          <path class={`pl-series pl-series-${output % 6}`} fill="none" d={line(output).map((p, i) => (i ? "L" : "M") + p).join("")} />
        ))}
        <text class="pl-quiet" font-size="12" x={SIZE - 4} y={y(0) - 5} text-anchor="end">{names[0]}</text>
      </svg>
    );
    return { pieces, y, still };
  }, [cells]);
  const here = pieces.find(({ ends }) => ends[0] <= point[0] && point[0] <= ends[1]) ?? pieces[0];
  const drag = (event: PointerEvent) => {
    const share = pointed(event);
    if (share) move([hundredths(low + share[0] * (high - low))]);
  };
  const edges = here?.ends.filter((end) => end > low && end < high) ?? [];
  return (
    <div class="layers">
      {still}
      <svg class="pl-picture pl-auto cells" viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={`Graph over ${names[0]}, ${cells.length} linear pieces`} onPointerDown={drag} onPointerMove={drag}>
        {here && <rect class="here" x={x(here.ends[0])} width={Math.max(0, x(here.ends[1]) - x(here.ends[0]))} y={0} height={SIZE} />}
        <path class="lit" fill="none" d={edges.map((end) => `M${x(end)} 0V${SIZE}`).join("")} />
        {here && here.cell.maps.map((map) => <circle class="point" r="6" cx={x(point[0])} cy={y(at(map, point))} />)}
      </svg>
    </div>
  );
}
