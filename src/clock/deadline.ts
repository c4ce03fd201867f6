/** What was asked of a server was not answered in time. It may still happen. */
export class TooLate extends Error {
  override readonly name = 'TooLate';

  constructor(milliseconds: number) {
    super(`it did not answer within ${String(milliseconds / 1000)} s`);
  }
}

/**
 * What `promise` does, when it does so in time.
 *
 * @throws TooLate when it does not
 */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      // After a turn in which this process did not listen, the answer may be there already: it comes first.
      setImmediate(() => {
        reject(new TooLate(milliseconds));
      });
    }, milliseconds);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
