// The API under 32 connections, beside a bare route that reads the same row.
import { once } from 'node:events';
import { join } from 'node:path';
import { runPeer, startPeer } from '../peer.mjs';
import { Service } from '../service.mjs';
import { alternate, ratio, row } from '../statistics.mjs';

export const name = 'api';
export const title = 'The API under 32 connections';

const BARE = 'bare Fastify and better-sqlite3, the same row';
const GET = 'GET /schedules/{id}, signed in';

export async function run({ quick, rounds }) {
  const seconds = quick ? 2 : 5;
  const service = new Service();
  let bare;
  try {
    await service.prepare();
    service.insert(1000, Date.now() + 86_400_000);
    await service.start();
    bare = startPeer(
      'bare-fastify.mjs',
      { file: join(service.folder, 'scheduler.db') },
      { timeoutMs: 900_000 },
    );
    const [line] = await once(bare.child.stdout, 'data');
    const path = `/schedules/${service.aSchedule()}`;
    const headers = { authorization: `Bearer ${service.token}`, 'content-type': 'application/json' };
    const load = (url, request = {}) => runPeer('load.mjs', { url, headers, seconds, ...request });
    const body = { title: 'one of many', schedule_interval: '0 9 * * 1-5', timezone: 'Europe/Berlin' };
    const contenders = {
      [GET]: () => load(service.url + path),
      [BARE]: () => load(JSON.parse(line).url + path),
      [`${GET} (A/A)`]: () => load(service.url + path),
      'GET /schedules/?limit=50': () => load(`${service.url}/schedules/?limit=50`),
      'POST /schedules/': () => load(`${service.url}/schedules/`, { method: 'POST', body }),
    };
    const figures = await alternate(rounds, contenders);
    const rows = Object.entries(figures).map(([what, rounds]) => row(what, 32, rounds));
    await service.stop();
    service.insert(1000, Date.now() + 5000, { interval: '* * * * * *' });
    await service.start();
    rows.push(row(`${GET}, while 1,000 runs a second are worked on`, 32, [await load(service.url + path)]));
    return { rows, bars: [bar(rows)], note: NOTE };
  } finally {
    bare?.child?.kill();
    await service.remove();
  }
}

function bar(rows) {
  const [ours, bare] = [GET, BARE].map(
    (name) => rows.find(({ what }) => what === name)?.figures?.perSecond.median,
  );
  const share = ratio(ours, bare);
  return {
    ...{
      what: `${GET}, beside the bare route`,
      bar: '>= 60',
      figure: share && Math.round(share * 100),
      unit: '%',
    },
    ...{ met: share >= 0.6, peer: 'bare Fastify, requests a second', peerFigure: bare, ratio: share },
  };
}

const NOTE = `Requests a second by autocannon from a process of its own. This service checks the token's signature, and its session, which it remembers while SQLite says that nothing was committed; it reads the schedule's row with every request, checks that it is the caller's, and writes the plain-English description; the bare route reads the row and nothing else.`;
