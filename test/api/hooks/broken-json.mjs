// Preloaded into a service: JSON of a list with a schedule of this title fails, as it does of one that is too long.
const stringify = JSON.stringify;

JSON.stringify = (value, ...rest) => {
  if (Array.isArray(value) && value.some((row) => row?.title === 'unspeakable'))
    throw new RangeError('Invalid string length');
  return stringify(value, ...rest);
};
