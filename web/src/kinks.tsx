// A network as small as a stamp: where the neurons of its first layer have their kinks, in the box that it learns on.

/** The lines `row . x + bias = 0` of the rows of one or two inputs in the box from -1 to 1, as a path in the unit square. */
export function kinkPath(rows: number[][]): string {
  return rows.map((row) => {
    const bias = row[row.length - 1];
    if (row.length === 2) {
      const x = (1 - bias / row[0]) / 2;
      return row[0] !== 0 && x >= 0 && x <= 1 ? `M${x.toFixed(3)} 0V1` : "";
    }
    if (row.length !== 3) return "";
    const [a, b] = row;
    const ends: number[][] = [];
    for (const side of [-1, 1]) {
      if (b !== 0 && Math.abs(bias + a * side) <= Math.abs(b)) ends.push([side, -(bias + a * side) / b]);
      if (a !== 0 && Math.abs(bias + b * side) <= Math.abs(a)) ends.push([-(bias + b * side) / a, side]);
    }
    // A line through a corner meets two sides there: the ends that are farthest apart are its ends.
    let best: number[][] = [];
    let far = 1e-9;
    for (const one of ends) for (const other of ends) {
      const d = Math.hypot(one[0] - other[0], one[1] - other[1]);
      if (d > far) [far, best] = [d, [one, other]];
    }
    const place = ([x, y]: number[]) => `${((x + 1) / 2).toFixed(3)} ${((1 - y) / 2).toFixed(3)}`;
    return best.length ? `M${place(best[0])}L${place(best[1])}` : "";
  }).join("");
}

/** The kinks of a network with one or two inputs. */
export function Kinks({ rows, label }: { rows: number[][]; label?: string }) {
  return (
    <svg class="kinks" viewBox="0 0 1 1" role={label ? "img" : undefined} aria-label={label} aria-hidden={label ? undefined : "true"}>
      <path d={kinkPath(rows)} />
    </svg>
  );
}
