// Loaded into the built service before its main module (node --import). Once it is ready, faults that nobody catches happen
// all the time: in timers, of promises, and of values that are no errors.
//
// What goes to standard error goes to standard output, where the test reads it.
import { setInterval } from 'node:timers';

const { write } = process.stdout;

process.stderr.write = (...args) => process.stdout.write(...args);

process.stdout.write = function (text, ...rest) {
  if (String(text).includes('ready at ')) {
    process.stdout.write = write;
    begin();
  }
  return write.call(this, text, ...rest);
};

function begin() {
  setInterval(() => {
    throw new Error('a fault of a timer');
  }, 50);
  setInterval(() => void Promise.reject(new Error('a fault of a promise')), 70);
  setInterval(() => void Promise.reject(undefined), 90);
}
