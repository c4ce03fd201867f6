// HTTP actions against a sink on the same machine, beside a bare client that sends the same calls.
import { once } from 'node:events';
import { runPeer, startPeer } from '../peer.mjs';
import { Service } from '../service.mjs';
import { alternate, ratio, row } from '../statistics.mjs';

export const name = 'http';
export const title = 'HTTP actions';

const CONCURRENCY = 64;
const BODY = { order: 4711, note: 'as long as most of them' };

/** Runs `work` against a sink of its own; resolves with what the sink saw and what `work` found. */
async function withSink(work) {
  const { child, line } = startPeer('sink.mjs');
  const [text] = await once(child.stdout, 'data');
  const found = await work(`http://127.0.0.1:${JSON.parse(text).port}`);
  child.kill('SIGTERM');
  return { ...(await line), ...found };
}

const ours = (count) =>
  withSink(async (origin) => {
    const service = new Service();
    try {
      await service.prepare();
      const action = JSON.stringify({ type: 'http', url: `${origin}/hook`, body: BODY });
      const limits = {
        RUN_CONCURRENCY: String(CONCURRENCY),
        RUN_CONCURRENCY_PER_ORIGIN: String(CONCURRENCY),
      };
      const due = await service.startBeforeDue(count, { action, lane: origin }, limits);
      await new Promise((resolve) => setTimeout(resolve, due - 200 - Date.now()));
      const before = service.usage().cpuSeconds;
      await service.settled(count, 120_000);
      const cpuMicroseconds = Math.round(((service.usage().cpuSeconds - before) * 1e6) / count);
      await service.stop();
      const notDone = service.sql((db) =>
        db.prepare(`SELECT count(*) FROM runs WHERE status <> 'succeeded'`).pluck().get(),
      );
      return { cpuMicroseconds, notDone };
    } finally {
      await service.remove();
    }
  });

const bare = (count) =>
  withSink((origin) =>
    runPeer('bare-undici.mjs', { url: `${origin}/hook`, count, concurrency: CONCURRENCY, body: BODY }),
  );

export async function run({ quick, rounds }) {
  const count = quick ? 2000 : 10_000;
  const figures = await alternate(rounds, {
    'this service': () => ours(count),
    'bare undici': () => bare(count),
  });
  const rows = Object.entries(figures).map(([what, rounds]) => row(what, count, rounds));
  const [mine, theirs] = rows.map(({ figures }) => figures?.perSecond?.median);
  const share = ratio(mine, theirs);
  const bars = [
    {
      ...{
        what: 'HTTP actions, beside bare undici',
        bar: '>= 60',
        figure: share && Math.round(share * 100),
        unit: '%',
      },
      ...{ met: share >= 0.6, peer: 'bare undici, calls a second', peerFigure: theirs, ratio: share },
    },
  ];
  return { rows, bars, note: NOTE };
}

const NOTE = `Calls a second between the first and the last that a sink in a process of its own received, ${CONCURRENCY} at a time. This service claims each run, commits that it starts, signs the call, checks where it goes, and commits how it ended, with what was answered.`;
