import { resolve } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Environment, LOG_LEVELS } from './environment.js';

/** A setting that cannot be used. `message` names the variable, its value and what it accepts, one per line. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';
}

/** The settings of one process, read from the environment once and valid by construction. */
export class AppConfig {
  readonly host: string;
  /** TCP port; 0 lets the system choose. */
  readonly port: number;
  /** Absolute path of the SQLite file. */
  readonly databaseFile: string;
  /** Key of the JWT signatures; when unset, one is generated into a file beside the database. */
  readonly jwtSecret: string | undefined;
  readonly sessionTtlSeconds: number;
  /** Runs that execute at the same time in this process. */
  readonly runConcurrency: number;
  /** How long a run is kept after it is over. */
  readonly runRetentionMs: number;
  /** How long a shutdown waits for running attempts. */
  readonly shutdownGraceMs: number;
  readonly logLevels: (typeof LOG_LEVELS)[number][];
  readonly logFormat: 'json' | 'pretty';

  /** @throws InvalidSettings naming every variable that cannot be used */
  constructor(variables: Readonly<Record<string, string | undefined>>) {
    const environment = parse(variables);
    this.host = environment.HOST;
    this.port = environment.PORT;
    this.databaseFile = resolve(environment.DATABASE_URL.slice('file:'.length));
    this.jwtSecret = environment.JWT_SECRET;
    this.sessionTtlSeconds = environment.SESSION_TTL_HOURS * 3600;
    this.runConcurrency = environment.RUN_CONCURRENCY;
    this.runRetentionMs = environment.RUN_RETENTION_DAYS * 86_400_000;
    this.shutdownGraceMs = environment.SHUTDOWN_GRACE_SECONDS * 1000;
    this.logLevels = LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(environment.LOG_LEVEL) + 1);
    this.logFormat = environment.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json');
  }

  static fromProcess(): AppConfig {
    return new AppConfig(process.env);
  }
}

/** An empty variable counts as unset, as `docker run -e NAME=` and copied .env lines leave it. */
function parse(variables: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.fromEntries(
    Object.keys(new Environment()).flatMap((name) => (variables[name] ? [[name, variables[name]]] : [])),
  );
  const environment = plainToInstance(Environment, given, { exposeDefaultValues: true });
  const faults = validateSync(environment, { stopAtFirstError: true });
  if (faults.length > 0) {
    throw new InvalidSettings(
      faults
        .map(({ property, constraints }) => {
          const expected = Object.values(constraints ?? {})[0] ?? 'another value';
          // The value of a secret must not reach the log.
          const shown = property.endsWith('SECRET') ? 'the value given' : `"${given[property] ?? ''}"`;
          return `${property}: ${shown} cannot be used; it takes ${expected}`;
        })
        .join('\n'),
    );
  }
  return environment;
}
