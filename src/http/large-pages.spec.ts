import { expect, test } from '@jest/globals';
import { inTurnOfLargePages } from './large-pages.js';
import { TooManyRequests } from './problems.js';

test('a user has one large page made at a time, and may not keep others from theirs', async () => {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let begun = 0;
  const ofOne = Array.from({ length: 300 }, () =>
    inTurnOfLargePages(1, async () => {
      begun++;
      await released;
    }),
  );
  const settled = Promise.allSettled(ofOne);
  expect(await inTurnOfLargePages(2, () => Promise.resolve('theirs'))).toBe('theirs');
  expect(begun).toBe(1);
  release();
  const refused = (await settled).filter((one) => one.status === 'rejected');
  expect(refused).toHaveLength(300 - begun);
  expect(begun).toBeLessThanOrEqual(21);
  for (const { reason } of refused) expect(reason).toBeInstanceOf(TooManyRequests);
});
