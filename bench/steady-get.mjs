// Asks for one URL at a steady rate, whether answers come or not (an open loop: a slow answer does not slow the
// questions down), from an instant on, until SIGTERM or for some seconds, and prints how long the answers took,
// counted from when each question was due.
import { Agent, request } from 'undici';
import { quantile, round } from './statistics.mjs';

const {
  url,
  token,
  perSecond = 100,
  seconds = 600,
  fromMs = Date.now(),
  atLeast = 0,
} = JSON.parse(process.argv[2]);
const dispatcher = new Agent({ connections: 64 });
const waits = [];
const pending = [];
let failed = 0;

async function ask(due) {
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      headers: { authorization: `Bearer ${token}` },
    });
    await body.dump();
    if (statusCode !== 200) failed++;
  } catch {
    failed++;
  }
  waits.push(performance.now() - due);
}

let told = false;
process.on('SIGTERM', () => (told = true));
// Connections and compiled code, on both sides.
for (let i = 0; i < 50; i++) await ask(0);
waits.length = 0;
console.error('ready');
const begun = performance.now() + Math.max(0, fromMs - Date.now());
for (let i = 0; i < perSecond * seconds && !(told && i >= perSecond * atLeast); i++) {
  const due = begun + (i * 1000) / perSecond;
  const wait = due - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  pending.push(ask(due));
}
await Promise.all(pending);
const figure = (rank) => round(quantile(waits, rank));
console.log(
  JSON.stringify({ p50: figure(0.5), p99: figure(0.99), max: figure(1), asked: waits.length, failed }),
);
