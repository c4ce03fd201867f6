// Turns results.json into REPORT.md.

const table = (head, lines) => [
  `| ${head.join(' | ')} |`,
  `| ${head.map(() => '---').join(' | ')} |`,
  ...lines.map((cells) => `| ${cells.map((cell) => cell ?? '').join(' | ')} |`),
];

/** 12345.6 as 12,346. */
const number = (value) =>
  typeof value === 'number' ? value.toLocaleString('en', { maximumSignificantDigits: 6 }) : (value ?? '');

/** `lastClaimedMs` as `last claimed ms`. */
const words = (key) => key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function spread(figure) {
  if (!figure) return '';
  const { median, min, max } = figure;
  return min === max ? number(median) : `${number(median)} (${number(min)}–${number(max)})`;
}

function barTable(scenarios) {
  const lines = scenarios.flatMap(([, { bars }]) =>
    bars.map(({ what, bar, figure, unit, met, peer, peerFigure, ratio }) => [
      what,
      `${bar} ${unit}`,
      figure === undefined || figure === null ? 'not measured' : `${number(figure)} ${unit}`,
      met ? 'met' : '**missed**',
      peer && `${peer}: ${number(peerFigure) || 'not available'}`,
      number(ratio),
    ]),
  );
  return table(['what', 'bar', 'figure', '', 'peer', 'ratio to the peer'], lines);
}

function section([name, { title, rows, note, measuredOn, seconds, loadBefore, quick }]) {
  const keys = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures ?? {})))];
  const lines = rows.map(({ what, load, figures, unavailable }) => [
    what,
    number(load),
    ...(figures
      ? keys.map((key) => spread(figures[key]))
      : keys.map((_, i) => (i ? '' : `not available: ${unavailable.replaceAll('|', '/')}`))),
  ]);
  return [
    `## ${title}`,
    '',
    note,
    '',
    ...table(['', 'load', ...keys.map(words)], lines),
    '',
    `\`npm run bench -- ${name}${quick ? ' --quick' : ''}\`, ${measuredOn}, ${seconds} s; load average of the machine before: ${loadBefore}.`,
    '',
  ];
}

/** `order` is the order of the sections. */
export function report({ scenarios, versions = {} }, order) {
  const measured = order.filter((name) => scenarios[name]).map((name) => [name, scenarios[name]]);
  const lines = [
    '# Benchmarks',
    '',
    'Written by `npm run bench` from `results.json`. The bars are those of the design; peers ran on the same machine, in turn with this service. Figures are medians of the rounds, with the smallest and the largest in brackets; the rows “again (A/A)” are this service measured against itself, and show how much of a difference is chance.',
    '',
    ...barTable(measured),
    '',
    '![CPU time per run and lateness against load](report.svg)',
    '',
    ...measured.flatMap(section),
    '## Machine and versions',
    '',
    ...table(['', ''], Object.entries(versions)),
    '',
    '## How to run them again',
    '',
    '`npm run bench` runs everything but the soak and the nodes; `npm run bench -- herd idle` some; `--quick` one small round of each; `npm run bench -- soak --minutes 10` the soak, at half the rate that `sustained` found, or at `--rate`; `npm run bench -- nodes` several nodes, with a PostgreSQL and a Redis server of its own. Linux only. Peers are installed into `bench/peers` on the first run; for BullMQ there has to be a `redis-server`, for APScheduler the Debian packages `python3-apscheduler` and `python3-sqlalchemy`. What is not there is reported as not available. Leave the machine alone meanwhile: the benchmarks need two cores.',
    '',
  ];
  return lines.join('\n');
}
