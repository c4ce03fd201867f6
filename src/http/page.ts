import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { WholeNumberText } from './fields.js';

const MAX_PAGE_SIZE = 1000;

/** Where a page starts, in a query. @param shape what the list's cursors look like */
export const Cursor = (shape: RegExp): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      pattern: shape.source,
      description: 'Where the page starts: the cursor that a Link header gave.',
    }),
    IsOptional(),
    Matches(shape, { message: 'the cursor of a Link header, unchanged' }),
  );

/** Query parameters every list takes. */
export class PageQuery {
  @ApiPropertyOptional({ default: MAX_PAGE_SIZE })
  @WholeNumberText(1, MAX_PAGE_SIZE)
  limit: number = MAX_PAGE_SIZE;

  @Cursor(/^[1-9]\d{0,14}$/)
  cursor?: string;
}

/** Rows are counted up to here: nobody pages so far, and counting a history of millions takes long. */
export const MAX_TOTAL = 10_000;

/** One page of a list: `total` counts all pages, beyond MAX_TOTAL no more; `next` is the cursor of the following one. */
export interface Page<Row> {
  rows: Row[];
  total: number;
  next: string | undefined;
}

/** What a query finds, up to one more than MAX_TOTAL. */
export const countedUpToMax = <Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
): SelectQueryBuilder<Row> =>
  query
    .clone()
    .select('1')
    .orderBy()
    .limit(MAX_TOTAL + 1);

/** Counts what a query finds, up to one more than MAX_TOTAL. */
export async function cappedCount(query: SelectQueryBuilder<ObjectLiteral>): Promise<number> {
  const [sql, parameters] = countedUpToMax(query).getQueryAndParameters();
  const [row] = await query.dataSource.query<{ total: number | string }[]>(
    `SELECT count(*) AS total FROM (${sql}) AS found`,
    parameters,
  );
  return Number(row?.total);
}

/** Sends a page as a bare array, with `X-Total-Count` and a `Link` to the next page (RFC 8288). */
export function sendPage<Row>(page: Page<Row>, request: FastifyRequest, reply: FastifyReply): Row[] {
  void reply.header('X-Total-Count', String(Math.min(page.total, MAX_TOTAL)));
  if (page.total > MAX_TOTAL) void reply.header('X-Total-Count-Capped', 'true');
  if (page.next !== undefined) {
    const url = new URL(request.url, 'http://localhost');
    url.searchParams.set('cursor', page.next);
    void reply.header('Link', `<${url.pathname}${url.search}>; rel="next"`);
  }
  return page.rows;
}

/** Documents an operation that answers with a page of `type`. A page may be shorter than `limit`: see `readPage`. */
export const ApiPage = (type: new () => object): MethodDecorator =>
  applyDecorators(
    ApiOkResponse({
      type: [type],
      headers: {
        'X-Total-Count': {
          description: `Rows in all pages, counted up to ${String(MAX_TOTAL)}.`,
          schema: { type: 'integer' },
        },
        'X-Total-Count-Capped': {
          description: '`true` when there are more rows than X-Total-Count says; else not sent.',
          schema: { type: 'string', enum: ['true'] },
        },
        Link: {
          description:
            'The next page, as rel="next" (RFC 8288). A page of long rows ends before `limit`: as long as there is a ' +
            'Link, there are more.',
          schema: { type: 'string' },
        },
      },
    }),
  );
