import { type CommandResult, runCommand } from './command.js';

/** Runs the command that rotates the encryption key of the service in `folder`. */
export const rotateEncryptionKey = (
  folder: string,
  settings: Record<string, string> = {},
): Promise<CommandResult> =>
  runCommand(
    'rotate-encryption-key',
    [],
    { DATABASE_URL: `file:${folder}/scheduler.db`, ...settings },
    folder,
  );
