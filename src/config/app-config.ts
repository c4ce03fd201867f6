import { resolve } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { type EgressRule, parseEgressRules } from './egress-rule.js';
import { Environment, LOG_LEVELS } from './environment.js';

/** A setting that cannot be used. `message` names the variable, its value and what it accepts, one per line. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';
}

/** Where rows are: in a SQLite file, by its absolute path, or on a PostgreSQL server. */
export type DatabaseConfig =
  | { readonly kind: 'sqlite'; readonly file: string }
  | {
      readonly kind: 'postgres';
      readonly url: string;
      /** Connections that write, and as many that read. */
      readonly poolSize: number;
    };

/** The settings of one process, read from the environment once and valid by construction. */
export class AppConfig {
  readonly host: string;
  /** TCP port; 0 lets the system choose. */
  readonly port: number;
  readonly database: DatabaseConfig;
  /** The Redis server through which several nodes share runs; unset: this process is the only node. */
  readonly redisUrl: string | undefined;
  /** Keys of the JWT signatures: the first one signs, each verifies. Unset: a generated file beside the database. */
  readonly jwtSecrets: readonly [string, ...string[]] | undefined;
  /** Keys of what is stored encrypted: the first one seals, each of them opens. Unset: a generated file. */
  readonly encryptionKeys: readonly string[] | undefined;
  readonly sessionTtlSeconds: number;
  /** Whether visitors may sign up; else only admins make users. */
  readonly registration: 'open' | 'closed';
  /** An admin to be there from the start. */
  readonly admin: { readonly email: string; readonly password: string } | undefined;
  /** Attempts to sign in, and to sign up, per address and minute. */
  readonly signInsPerMinute: number;
  /** Networks whose proxies tell the truth about where requests come from. */
  readonly trustProxy: readonly string[] | undefined;
  /** The origin by which people open the service, without a slash at its end. */
  readonly publicUrl: string | undefined;
  /** Names by which requests may ask for the service, besides addresses, localhost and names without a dot. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may use the API. */
  readonly corsOrigins: readonly string[] | undefined;
  readonly maxSchedulesPerUser: number;
  /** The shortest time there may be between two occurrences of a schedule. */
  readonly minIntervalSeconds: number;
  readonly auditRetentionMs: number;
  /** What Prometheus sends to read the metrics; unset, it needs an admin's API key. */
  readonly metricsToken: string | undefined;
  /** Runs that execute at the same time in this process. */
  readonly runConcurrency: number;
  /** Calls to one origin at the same time from this process. */
  readonly runConcurrencyPerOrigin: number;
  /** A schedule is disabled after so many failed runs in a row; 0 for never. */
  readonly maxConsecutiveFailures: number;
  /** What HTTP actions may call besides public addresses. */
  readonly egressAllow: readonly EgressRule[];
  /** Name servers for the targets of HTTP actions; unset: the system's. */
  readonly dnsServers: readonly string[] | undefined;
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
    this.database = databaseOf(environment);
    this.redisUrl = environment.REDIS_URL;
    this.jwtSecrets = environment.JWT_SECRET?.split(',') as [string, ...string[]] | undefined;
    this.encryptionKeys = environment.ENCRYPTION_KEY?.split(',');
    this.sessionTtlSeconds = environment.SESSION_TTL_HOURS * 3600;
    this.registration = environment.REGISTRATION;
    const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = environment;
    this.admin =
      email !== undefined && password !== undefined ? { email: email.toLowerCase(), password } : undefined;
    this.signInsPerMinute = environment.SIGN_INS_PER_MINUTE;
    this.trustProxy = listOf(environment.TRUST_PROXY);
    this.publicUrl = environment.PUBLIC_URL && new URL(environment.PUBLIC_URL).origin;
    this.allowedHosts = [
      ...(this.publicUrl === undefined ? [] : [new URL(this.publicUrl).hostname]),
      ...(listOf(environment.ALLOWED_HOSTS) ?? []),
    ].map((name) => name.toLowerCase());
    this.corsOrigins = listOf(environment.CORS_ORIGINS);
    this.maxSchedulesPerUser = environment.MAX_SCHEDULES_PER_USER;
    this.minIntervalSeconds = environment.MIN_INTERVAL_SECONDS;
    this.metricsToken = environment.METRICS_TOKEN;
    this.auditRetentionMs = environment.AUDIT_RETENTION_DAYS * 86_400_000;
    this.runConcurrency = environment.RUN_CONCURRENCY;
    this.runConcurrencyPerOrigin = environment.RUN_CONCURRENCY_PER_ORIGIN;
    this.maxConsecutiveFailures = environment.MAX_CONSECUTIVE_FAILURES;
    this.egressAllow = parseEgressRules(environment.EGRESS_ALLOW) ?? [];
    this.dnsServers = listOf(environment.DNS_SERVERS);
    this.runRetentionMs = environment.RUN_RETENTION_DAYS * 86_400_000;
    this.shutdownGraceMs = environment.SHUTDOWN_GRACE_SECONDS * 1000;
    this.logLevels = LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(environment.LOG_LEVEL) + 1);
    this.logFormat = environment.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json');
  }

  static fromProcess(): AppConfig {
    return new AppConfig(process.env);
  }
}

function databaseOf({ DATABASE_URL: url, DATABASE_POOL_SIZE: poolSize }: Environment): DatabaseConfig {
  return url.startsWith('file:')
    ? { kind: 'sqlite', file: resolve(url.slice('file:'.length)) }
    : { kind: 'postgres', url, poolSize };
}

/** Where the data is, in words that may be logged: without the password. */
export function describeDatabase(database: DatabaseConfig): string {
  if (database.kind === 'sqlite') return database.file;
  const { host, pathname } = new URL(database.url);
  return `${pathname.slice(1)} on PostgreSQL at ${host}`;
}

const listOf = (text: string | undefined): string[] | undefined =>
  text?.split(',').map((part) => part.trim());

/** The value of a secret must not reach the log; the URL of a server may have a password in it. */
const shown = (name: string, value: string): string =>
  /SECRET|KEY|PASSWORD|TOKEN|REDIS_URL/.test(name) || (name === 'DATABASE_URL' && /[@?]/.test(value))
    ? 'the value given'
    : `"${value}"`;

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
          const value = given[property];
          return value === undefined
            ? `${property} has to be set; it takes ${expected}`
            : `${property}: ${shown(property, value)} cannot be used; it takes ${expected}`;
        })
        .join('\n'),
    );
  }
  return environment;
}
