import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { Faultless, Omittable, OneOf, Text, WholeNumber } from '../../http/fields.js';
import { AsItIs } from '../../http/large-values.js';
import { headersFault, MAX_HEADERS, MAX_VALUE } from './headers-field.js';

const TYPES = ['log', 'http'] as const;
const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const MAX_STATUSES = 50;
const STATUS = /^([1-5][0-9][0-9]|[2-5]xx)$/;

function statusesFault(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_STATUSES)
    return `a list of 1 to ${String(MAX_STATUSES)} statuses`;
  const good = value.every((status) => STATUS.test(String(status)) && typeof status !== 'object');
  if (!good) return 'statuses from 100 to 599, or classes of them such as "2xx"';
  return new Set(value).size < value.length ? 'statuses that differ from each other' : undefined;
}

/** Writes one line to the service's log. */
@ApiSchema({ name: 'LogAction' })
export class LogActionDto {
  @ApiProperty({ enum: ['log'], example: 'log' })
  // Whatever is no other action is judged by this one, so its message names all.
  @IsIn(TYPES, { message: `one of ${TYPES.join(', ')}` })
  type: 'log';
}

/** Calls a URL. Texts in `url`, `headers` and `body` may contain `{{…}}`. */
@ApiSchema({ name: 'HttpAction' })
export class HttpActionDto {
  @ApiProperty({ enum: ['http'], example: 'http' })
  @IsIn(['http'])
  type: 'http';

  @ApiProperty({
    example: 'https://api.example.com/reports?run={{run.id}}',
    description:
      'http or https. `{{run.id}}`, `{{run.scheduled_for}}`, `{{run.trigger}}`, `{{run.attempt}}`, `{{schedule.id}}`, ' +
      '`{{schedule.title}}` and `{{secrets.NAME}}` are replaced, here and in `headers` and `body`.',
  })
  @Text(1, 2048)
  url: string;

  @ApiPropertyOptional({ enum: HTTP_METHODS, enumName: 'HttpMethod', default: 'POST' })
  @Omittable()
  @OneOf(HTTP_METHODS)
  method?: (typeof HTTP_METHODS)[number];

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string', maxLength: MAX_VALUE },
    maxProperties: MAX_HEADERS,
    example: { Authorization: 'Bearer {{secrets.API_TOKEN}}' },
    description: 'Those that the service sends itself cannot be set.',
  })
  @Omittable()
  @AsItIs()
  @Faultless('isHeaders', headersFault)
  headers?: Record<string, string>;

  @ApiPropertyOptional({
    title: 'HttpBody',
    description:
      'A text is sent as it is; any other JSON value as JSON. An action has at most 64 KiB in all, as JSON.',
    oneOf: [
      { type: 'string' },
      { type: 'object', additionalProperties: true },
      { type: 'array', items: {} },
      { type: 'number', format: 'double' },
      { type: 'boolean' },
    ],
    example: { report: 'daily', due: '{{run.scheduled_for}}' },
  })
  @Omittable()
  @AsItIs()
  @Faultless('isBody', (value) => (value === null ? 'a text or a JSON value other than null' : undefined))
  body?: string | number | boolean | object;

  @ApiPropertyOptional({
    default: 30,
    description: 'From the start to the last byte.',
  })
  @Omittable()
  @WholeNumber(1, 900)
  timeout_seconds?: number;

  @ApiPropertyOptional({
    type: 'array',
    items: {
      title: 'ExpectedStatus',
      oneOf: [
        { type: 'integer', minimum: 100, maximum: 599 },
        { type: 'string', pattern: STATUS.source },
      ],
    },
    minItems: 1,
    maxItems: MAX_STATUSES,
    uniqueItems: true,
    example: ['2xx', 404],
    default: ['2xx'],
    description: 'Statuses, and classes of statuses such as `2xx`, that count as success.',
  })
  @Omittable()
  @Faultless('isStatuses', statusesFault)
  expected_statuses?: (number | string)[];

  @ApiPropertyOptional({
    example: 'ok',
    description: 'What the first 64 KiB of the answer must contain to count as success.',
  })
  @Omittable()
  @Text(1, 1000)
  body_contains?: string;
}

/** What a schedule does, as it is stored in its row. */
export type ActionPayload = LogActionDto | HttpActionDto;

/** The class that an action's `type` stands for; for an unknown one a class that refuses it. */
export const actionClass = (action: unknown): typeof LogActionDto | typeof HttpActionDto =>
  (action as { type?: unknown } | null)?.type === 'http' ? HttpActionDto : LogActionDto;

/** Documents a field that holds an action. */
export const ApiAction = (options: { required: boolean }): PropertyDecorator =>
  applyDecorators(
    // The models belong to the class whose field this is: on the field itself nothing looks for them.
    (prototype: object) => {
      ApiExtraModels(LogActionDto, HttpActionDto)(prototype.constructor);
    },
    ApiProperty({
      title: 'Action',
      required: options.required,
      oneOf: [{ $ref: getSchemaPath(LogActionDto) }, { $ref: getSchemaPath(HttpActionDto) }],
      discriminator: {
        propertyName: 'type',
        mapping: { log: getSchemaPath(LogActionDto), http: getSchemaPath(HttpActionDto) },
      },
      example: { type: 'log' },
      ...(!options.required && { default: { type: 'log' } }),
    }),
  );
