import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WholeNumberText } from './fields.js';

const MAX_PAGE_SIZE = 1000;

/** Query parameters every list takes. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE_SIZE, default: MAX_PAGE_SIZE })
  @WholeNumberText(1, MAX_PAGE_SIZE)
  limit: number = MAX_PAGE_SIZE;

  @ApiPropertyOptional({ description: 'Where the page starts: the cursor that a Link header gave.' })
  @IsOptional()
  @Matches(/^[1-9]\d{0,14}$/, { message: 'the cursor of a Link header, unchanged' })
  cursor?: string;
}

/** One page of a list: `total` counts all pages, `next` is the cursor of the following one, if any. */
export interface Page<Row> {
  rows: Row[];
  total: number;
  next: string | undefined;
}

/**
 * Keyset pagination on a unique, ordered `id`: read `limit + 1` rows beyond the cursor, and this tells
 * whether there are more. The cursor is the id of the last row shown.
 */
export function pageOf<Row extends { id: number }>(rows: Row[], limit: number, total: number): Page<Row> {
  const shown = rows.slice(0, limit);
  const next = rows.length > limit ? String(shown.at(-1)?.id) : undefined;
  return { rows: shown, total, next };
}

/** Sends a page as a bare array, with `X-Total-Count` and a `Link` to the next page (RFC 8288). */
export function sendPage<Row>(page: Page<Row>, request: FastifyRequest, reply: FastifyReply): Row[] {
  void reply.header('X-Total-Count', String(page.total));
  if (page.next !== undefined) {
    const url = new URL(request.url, 'http://localhost');
    url.searchParams.set('cursor', page.next);
    void reply.header('Link', `<${url.pathname}${url.search}>; rel="next"`);
  }
  return page.rows;
}

/** Documents an operation that answers with a page of `type`. */
export const ApiPage = (type: new () => object): MethodDecorator =>
  applyDecorators(
    ApiOkResponse({
      type: [type],
      headers: {
        'X-Total-Count': { description: 'Rows in all pages.', schema: { type: 'integer' } },
        Link: { description: 'The next page, as rel="next" (RFC 8288).', schema: { type: 'string' } },
      },
    }),
  );
