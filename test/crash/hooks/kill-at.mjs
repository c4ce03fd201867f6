// Loaded into the built service before its main module (node --import). Kills the process, as kill -9 does, the
// n-th time it comes to a chosen point, and writes down every attempt of the log action, to be counted later.
//
//   KILL_AT     after-claim    the claim is committed, its runs are not yet in the queue
//               after-running  `running` is committed, the action has not begun
//               before-result  the action is done, its outcome is not yet written
//   KILL_COUNT  how often the point is passed first
//   ATTEMPTS    the file to write attempts to
import { appendFileSync } from 'node:fs';
import { LogAction } from '../../../dist/src/actions/log.action.js';
import { InProcessRunQueue } from '../../../dist/src/run-queue/in-process.run-queue.js';
import { RunLedger } from '../../../dist/src/runs/run-ledger.js';

let left = Number(process.env.KILL_COUNT ?? 0);

function at(point) {
  if (process.env.KILL_AT === point && left-- <= 0) process.kill(process.pid, 'SIGKILL');
}

const { add } = InProcessRunQueue.prototype;
InProcessRunQueue.prototype.add = function (runs) {
  if (runs.length > 0) at('after-claim');
  return add.call(this, runs);
};

const { perform } = LogAction.prototype;
LogAction.prototype.perform = function (payload, context, signal) {
  at('after-running');
  appendFileSync(process.env.ATTEMPTS, `${context.run.id} ${context.run.attempt}\n`);
  return perform.call(this, payload, context, signal);
};

const { end } = RunLedger.prototype;
RunLedger.prototype.end = function (attempt) {
  at('before-result');
  return end.call(this, attempt);
};
