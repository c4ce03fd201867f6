import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import {
  IsEmail,
  IsIn,
  IsInt,
  IsOptional,
  Length,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import ipaddr from 'ipaddr.js';
import { parseEgressRules } from './egress-rule.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const;
export const REGISTRATIONS = ['open', 'closed'] as const;
export const LOG_FORMATS = ['json', 'pretty'] as const;

/** A decimal number as the environment spells it; anything else stays text, for the validator to refuse. */
const Decimal = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value,
  );

function WholeNumber(min: number, max: number, unit = ''): PropertyDecorator {
  const message = `a whole number ${unit}from ${String(min)} to ${String(max)}`;
  return applyDecorators(Decimal(), IsInt({ message }), Min(min, { message }), Max(max, { message }));
}

const IsEgressRules = (): PropertyDecorator =>
  ValidateBy({
    name: 'isEgressRules',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && parseEgressRules(value) !== undefined,
      defaultMessage: () =>
        'networks or addresses, by commas, such as 10.0.0.0/8, 127.0.0.1:9000 (one port) or [fd00::/8]:443',
    },
  });

const KEYS = 'a random text of at least 32 characters without spaces and commas (or several, by commas)';

/** A generated key lies beside the SQLite file. With PostgreSQL there is no such place, and other nodes need the same. */
const IsKeys = (): PropertyDecorator =>
  applyDecorators(
    ValidateIf(({ DATABASE_URL }: Environment, value) => value !== undefined || isPostgresUrl(DATABASE_URL)),
    Matches(/^[^\s,]{32,}(,[^\s,]{32,})*$/, {
      message: (validation) =>
        isPostgresUrl((validation.object as Environment).DATABASE_URL)
          ? `${KEYS}, the same on every node: with PostgreSQL, none is generated`
          : `${KEYS}, or unset to have one generated`,
    }),
  );

/** A whole address, or a network that is not everything. */
const isNetwork = (text: string): boolean =>
  ipaddr.IPv4.isValidFourPartDecimal(text) ||
  ipaddr.IPv6.isValid(text) ||
  (ipaddr.isValidCIDR(text) && !text.endsWith('/0'));

const IsNetworks = (): PropertyDecorator =>
  ValidateBy({
    name: 'isNetworks',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && value.split(',').every((part) => isNetwork(part.trim())),
      defaultMessage: () => 'addresses or networks of proxies, by commas, such as 10.0.0.0/8',
    },
  });

/** One origin: links in messages begin with it, and a path would be lost. */
const isPublicUrl = (text: unknown): boolean =>
  typeof text === 'string' && /^https?:\/\/[^\s/?#@,]+\/?$/i.test(text) && URL.canParse(text);

const IsPublicUrl = (): PropertyDecorator =>
  ValidateBy({
    name: 'isPublicUrl',
    validator: {
      validate: isPublicUrl,
      defaultMessage: () =>
        'the address by which people open the service, such as https://jobs.example.com, without a path',
    },
  });

const isPostgresUrl = (text: string): boolean => /^postgres(ql)?:\/\//.test(text);

/** A file, or a server and the name of a database on it. */
const isDatabaseUrl = (text: unknown): boolean =>
  typeof text === 'string' &&
  (/^file:(?!:memory:).+$/.test(text) ||
    (/^postgres(ql)?:\/\/[^\s/]+\/[^\s/?]+(\?\S*)?$/.test(text) && URL.canParse(text)));

const IsDatabaseUrl = (): PropertyDecorator =>
  ValidateBy({
    name: 'isDatabaseUrl',
    validator: {
      validate: isDatabaseUrl,
      defaultMessage: () =>
        'file:PATH (SQLite), such as file:./data/scheduler.db, or ' +
        'postgres://[USER[:PASSWORD]@]HOST[:PORT]/NAME (PostgreSQL)',
    },
  });

const REDIS_URL = 'redis://[USER:PASSWORD@]HOST[:PORT][/NUMBER], or rediss:// for TLS';

const isRedisUrl = (text: unknown): boolean =>
  typeof text === 'string' && /^rediss?:\/\/[^\s/]+(\/\d*)?$/.test(text) && URL.canParse(text);

/** Nodes that share runs share the rows they are made from. */
const IsRedisOfNodes = (): PropertyDecorator =>
  ValidateBy({
    name: 'isRedisOfNodes',
    validator: {
      validate: (value: unknown, validation) =>
        isRedisUrl(value) && isPostgresUrl((validation?.object as Environment).DATABASE_URL),
      defaultMessage: (validation) =>
        isRedisUrl(validation?.value)
          ? `${REDIS_URL}, only together with DATABASE_URL=postgres://…: a file is for one node, which needs no Redis`
          : REDIS_URL,
    },
  });

const wantsAdmin = ({ ADMIN_EMAIL, ADMIN_PASSWORD }: Environment): boolean =>
  ADMIN_EMAIL !== undefined || ADMIN_PASSWORD !== undefined;

/** The environment variables the service reads, with their defaults. `.env.example` documents each. */
export class Environment {
  @Matches(/^\S+$/, { message: 'a host name or address, such as 127.0.0.1 or 0.0.0.0' })
  HOST = '127.0.0.1';

  @WholeNumber(0, 65535)
  PORT = 8000;

  @IsDatabaseUrl()
  DATABASE_URL = 'file:./data/scheduler.db';

  @WholeNumber(2, 1000, 'of connections ')
  DATABASE_POOL_SIZE = 10;

  @IsOptional()
  @IsRedisOfNodes()
  REDIS_URL: string | undefined = undefined;

  @IsKeys()
  JWT_SECRET: string | undefined = undefined;

  @IsKeys()
  ENCRYPTION_KEY: string | undefined = undefined;

  @WholeNumber(1, 8760, 'of hours ')
  SESSION_TTL_HOURS = 24;

  @IsIn(REGISTRATIONS, { message: `one of ${REGISTRATIONS.join(', ')}` })
  REGISTRATION: (typeof REGISTRATIONS)[number] = 'open';

  @ValidateIf(wantsAdmin)
  @IsEmail({}, { message: 'an e-mail address, such as admin@example.com, together with ADMIN_PASSWORD' })
  ADMIN_EMAIL: string | undefined = undefined;

  @ValidateIf(wantsAdmin)
  @Length(8, 128, { message: 'a text of 8 to 128 characters, together with ADMIN_EMAIL' })
  ADMIN_PASSWORD: string | undefined = undefined;

  @WholeNumber(1, 1_000_000)
  SIGN_INS_PER_MINUTE = 100;

  @IsOptional()
  @IsNetworks()
  TRUST_PROXY: string | undefined = undefined;

  @IsOptional()
  @IsPublicUrl()
  PUBLIC_URL: string | undefined = undefined;

  @IsOptional()
  @Matches(/^\s*(\*|\.?[\w-]+(\.[\w-]+)*)(\s*,\s*(\*|\.?[\w-]+(\.[\w-]+)*))*\s*$/, {
    message:
      'names without a port, by commas, such as jobs.example.com, .example.com (it and all its subdomains) or * (every one)',
  })
  ALLOWED_HOSTS: string | undefined = undefined;

  @IsOptional()
  @Matches(/^https?:\/\/[^\s,/]+(\s*,\s*https?:\/\/[^\s,/]+)*$/, {
    message: 'origins, by commas, such as https://app.example.com',
  })
  CORS_ORIGINS: string | undefined = undefined;

  @WholeNumber(1, 100_000_000)
  MAX_SCHEDULES_PER_USER = 1000;

  @WholeNumber(1, 86_400, 'of seconds ')
  MIN_INTERVAL_SECONDS = 1;

  @IsOptional()
  @Matches(/^\S{16,}$/, { message: 'a random text of at least 16 characters without spaces' })
  METRICS_TOKEN: string | undefined = undefined;

  @WholeNumber(1, 36_500, 'of days ')
  AUDIT_RETENTION_DAYS = 365;

  @WholeNumber(1, 10_000)
  RUN_CONCURRENCY = 256;

  @WholeNumber(1, 10_000)
  RUN_CONCURRENCY_PER_ORIGIN = 8;

  @WholeNumber(0, 1_000_000)
  MAX_CONSECUTIVE_FAILURES = 0;

  @IsEgressRules()
  EGRESS_ALLOW = '';

  @IsOptional()
  @Matches(/^\s*(\[[\da-f:.]+\]|[\d.]+)(:\d+)?(\s*,\s*(\[[\da-f:.]+\]|[\d.]+)(:\d+)?)*\s*$/i, {
    message: 'addresses of name servers, by commas, such as 10.0.0.2 or [fd00::2]:53',
  })
  DNS_SERVERS: string | undefined = undefined;

  @WholeNumber(1, 36_500, 'of days ')
  RUN_RETENTION_DAYS = 30;

  @WholeNumber(0, 3600, 'of seconds ')
  SHUTDOWN_GRACE_SECONDS = 10;

  @IsIn(LOG_LEVELS, { message: `one of ${LOG_LEVELS.join(', ')}` })
  LOG_LEVEL: (typeof LOG_LEVELS)[number] = 'log';

  @IsOptional()
  @IsIn(LOG_FORMATS, { message: `one of ${LOG_FORMATS.join(', ')}` })
  LOG_FORMAT: (typeof LOG_FORMATS)[number] | undefined = undefined;
}
