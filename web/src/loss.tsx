// The loss of a training, as it falls.

const [LEFT, RIGHT, TOP, BOTTOM] = [34, 300, 10, 130];

export function LossCurve({ losses, steps }: { losses: [number, number][]; steps: number }) {
  const good = losses.filter(([, loss]) => loss > 0);
  if (good.length < 1) return null;
  const logs = good.map(([, loss]) => Math.log10(loss));
  const [low, high] = [Math.min(-2, Math.floor(Math.min(...logs))), Math.max(0, Math.ceil(Math.max(...logs)))];
  // The axis has the room of the whole training from the beginning.
  const x = (step: number) => LEFT + ((RIGHT - LEFT) * step) / Math.max(1, steps);
  const y = (log: number) => BOTTOM - ((BOTTOM - TOP) * (log - low)) / (high - low);
  const path = good.map(([step], i) => `${i ? "L" : "M"}${x(step)} ${y(logs[i])}`).join("");
  const [first, last] = [good[0], good[good.length - 1]];
  return (
    <svg class="pl-picture pl-auto chart" viewBox="0 0 310 150" role="img" aria-label={`Loss from ${first[1].toPrecision(3)} to ${last[1].toPrecision(3)} in ${last[0]} steps`}>
      <path class="pl-axis" fill="none" d={`M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}`} />
      <text class="pl-quiet" font-size="11" x="2" y={TOP + 6}>1e{high}</text><text class="pl-quiet" font-size="11" x="2" y={BOTTOM}>1e{low}</text>
      <text class="pl-quiet" font-size="11" x={RIGHT} y="145" text-anchor="end">step {steps}</text>
      <text class="pl-quiet" font-size="11" x={RIGHT} y={TOP + 6} text-anchor="end">loss {last[1].toExponential(1)}</text>
      <path class="pl-series pl-series-0" fill="none" d={path} />
      <circle class="point" r="3" cx={x(last[0])} cy={y(logs[logs.length - 1])} />
    </svg>
  );
}
