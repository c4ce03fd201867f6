import { notifications } from '@mantine/notifications';
import { problemText } from './problem.js';

export const notifyDone = (message: string): void => {
  notifications.show({ message, autoClose: 4000 });
};

/** Runs what a button does. What fails is told in a corner, because the button has no room for it. */
export function attempt(work: () => Promise<unknown>, done?: string): void {
  work().then(
    () => {
      if (done !== undefined) notifyDone(done);
    },
    (error: unknown) => {
      notifications.show({
        color: 'red',
        title: 'That did not work',
        message: problemText(error),
        autoClose: 10_000,
      });
    },
  );
}
