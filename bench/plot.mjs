// Draws the sustained load: CPU time per run, and lateness, against the rate. Plain SVG, readable on light and dark.

const WIDTH = 860;
const HEIGHT = 330;
const BOX = { left: 64, right: 24, top: 46, bottom: 50 };
const PANEL = WIDTH / 2;

const escape = (text) => String(text).replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Powers of ten, and twice and five times them, around some values. */
function ticks(values) {
  const steps = [];
  for (let power = -1; power < 7; power++) for (const step of [1, 2, 5]) steps.push(step * 10 ** power);
  const low = steps.filter((step) => step <= Math.min(...values)).at(-1) ?? steps[0];
  const high = steps.find((step) => step >= Math.max(...values)) ?? steps.at(-1);
  return steps.filter((step) => step >= low && step <= high);
}

const short = (value) => (value >= 1000 ? `${value / 1000}k` : String(Number(value.toPrecision(2))));

/** One panel with logarithmic axes; `series` are { label, color, points: [[x, y]] }. */
function panel(index, title, unit, series) {
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0) return '';
  const xs = ticks(all.map(([x]) => x));
  const ys = ticks(all.map(([, y]) => Math.max(0.1, y)));
  const scale = (list, from, to) => (value) =>
    from +
    ((Math.log(Math.max(value, 0.1)) - Math.log(list[0])) /
      (Math.log(list.at(-1)) - Math.log(list[0]) || 1)) *
      (to - from);
  const left = index * PANEL + BOX.left;
  const right = (index + 1) * PANEL - BOX.right;
  const x = scale(xs, left, right);
  const y = scale(ys, HEIGHT - BOX.bottom, BOX.top);
  const lines = [`<text class="title" x="${left}" y="20">${escape(title)}</text>`];
  for (const tick of ys)
    lines.push(
      `<line class="grid" x1="${left}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}"/>`,
      `<text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${short(tick)}</text>`,
    );
  for (const tick of xs)
    lines.push(
      `<text x="${x(tick)}" y="${HEIGHT - BOX.bottom + 20}" text-anchor="middle">${short(tick)}</text>`,
    );
  lines.push(
    `<text x="${(left + right) / 2}" y="${HEIGHT - 10}" text-anchor="middle">schedules that fire every second</text>`,
    `<text x="${left}" y="${BOX.top - 10}">${escape(unit)}</text>`,
  );
  series.forEach(({ label, color, points }, i) => {
    const path = points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(' ');
    lines.push(`<polyline class="${color}" points="${path}"/>`);
    for (const [px, py] of points) lines.push(`<circle class="${color}" cx="${x(px)}" cy="${y(py)}" r="3"/>`);
    const at = right - 120 * (series.length - i) + 30;
    lines.push(
      `<line class="${color} key" x1="${at}" x2="${at + 18}" y1="${BOX.top - 14}" y2="${BOX.top - 14}"/>`,
      `<text x="${at + 23}" y="${BOX.top - 10}">${escape(label)}</text>`,
    );
  });
  return lines.join('\n');
}

const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #333 } .title { font-weight: 600; font-size: 14px }
.grid { stroke: #8886; stroke-width: 1 } polyline, .key { fill: none; stroke-width: 2 }
.a { stroke: #0a6fd0 } circle.a { fill: #0a6fd0 } .b { stroke: #c2500a } circle.b { fill: #c2500a }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .a { stroke: #5db0ff } circle.a { fill: #5db0ff }
.b { stroke: #ff9a52 } circle.b { fill: #ff9a52 } }`;

export function plot({ scenarios }) {
  const rows = (scenarios.sustained?.rows ?? []).filter(
    ({ what, figures }) => what === 'this service' && figures,
  );
  const points = (key) =>
    rows
      .filter(({ figures }) => typeof figures[key]?.median === 'number')
      .map(({ load, figures }) => [load, figures[key].median]);
  const cost = [{ label: 'CPU per run', color: 'a', points: points('cpuMicrosPerRun') }];
  const late = [
    { label: 'median', color: 'a', points: points('latenessP50Ms') },
    { label: 'p99', color: 'b', points: points('latenessP99Ms') },
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="CPU time per run and lateness of runs against the number of schedules that fire every second">
<style>${STYLE}
</style>
${panel(0, 'What a run costs', 'microseconds', cost)}
${panel(1, 'How late runs start', 'milliseconds', late)}
</svg>
`;
}
