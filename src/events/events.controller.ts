import { Controller, Get, Headers, Res, StreamableFile } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems } from '../http/api-problems.js';
import { CurrentUser, type Principal } from '../http/principal.js';
import { RunEventDto, ScheduleEventDto } from './dto/event.dto.js';
import { EventStreams } from './event-streams.js';

const DESCRIPTION = `Server-sent events about what the caller may see, as they happen:

- \`run\`, data: a \`RunEvent\`. What happens to a run within a moment is one event. \`queued\` is told of manual runs, replays
  and retries only.
- \`schedule\`, data: a \`ScheduleEvent\`.
- \`reset\`, data: \`{}\`. Something was left out: more than 200 events in a second, a reader that is too slow, or a
  \`Last-Event-ID\` that is not kept any more. Ask anew for whatever you show.

    event: schedule
    id: 1893456000000-1
    data: {"id":1,"change":"updated"}

Every 15 seconds there is a comment, \`: heartbeat\`. The stream ends when the caller's session or API key does.`;

@ApiTags('events')
@Controller('events')
export class EventsController {
  constructor(private readonly streams: EventStreams) {}

  @Get()
  @ApiOperation({
    operationId: 'streamEvents',
    summary: 'What happens, as it happens',
    description: DESCRIPTION,
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The id of the last event that was read: those since come first.',
    schema: { type: 'string', example: '1893456000000-0' },
  })
  @ApiProduces('text/event-stream')
  @ApiExtraModels(RunEventDto, ScheduleEventDto)
  @ApiOkResponse({
    schema: {
      title: 'EventData',
      description: 'The data of one event; its name says which.',
      oneOf: [
        { $ref: getSchemaPath(RunEventDto) },
        { $ref: getSchemaPath(ScheduleEventDto) },
        { title: 'ResetEvent', type: 'object', maxProperties: 0, description: 'Nothing more is said.' },
      ],
    },
    description: 'Events without end; the schema is that of the `data` of each.',
  })
  @ApiProblems(401, 403, 429)
  async stream(
    @CurrentUser() caller: Principal,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const stream = await this.streams.open(caller, lastEventId);
    // Nginx would else gather events until it has a few kilobytes.
    void reply.header('X-Accel-Buffering', 'no');
    return new StreamableFile(stream, { type: 'text/event-stream; charset=utf-8' });
  }
}
