// A network in floats: fast enough for each frame of a drag. What is claimed of it comes from the core, exactly.

import { float } from "./parts";

export type Layer = { weights: string[][]; biases: string[] };
export type Trace = { sums: number[][]; values: number[][] };

/** A function from a point to all numbers of the network: the sums that enter its neurons, and what leaves them. */
export function evaluator(layers: Layer[]): (point: number[]) => Trace {
  const numbers = layers.map(({ weights, biases }) => ({ weights: weights.map((row) => Float64Array.from(row, float)), biases: biases.map(float) }));
  return (point) => {
    const [sums, values]: number[][][] = [[], []];
    let from = point;
    numbers.forEach(({ weights, biases }, number) => {
      const sum = weights.map((row, j) => row.reduce((all, weight, i) => all + weight * from[i], biases[j]));
      sums.push(sum);
      from = number + 1 < numbers.length ? sum.map((value) => Math.max(0, value)) : sum;
      values.push(from);
    });
    return { sums, values };
  };
}

/** A number in few digits. */
export const few = (value: number) => (Math.abs(value) < 1e-9 ? "0" : String(Number(value.toPrecision(4))));
