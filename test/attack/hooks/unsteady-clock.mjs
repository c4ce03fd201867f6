// Loaded into the built service before its main module (node --import). From one reading to the next the clock is up to
// 3 ms off, as a clock is that is being set: timers ring early, and an instant is over between two looks at it.
const { now } = Date;
let state = 1;

Date.now = () => {
  state = (state * 48_271) % 2_147_483_647;
  return now() + (state % 4);
};
