import type { ApiClient } from './api-client.js';

/** A server-sent event as it was read. */
export interface ReadEvent {
  readonly type: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

/** Reads GET /events as a browser's EventSource does, by the rules of the HTML standard. */
export class EventReader {
  readonly events: ReadEvent[] = [];
  /** Lines that are no events. */
  readonly comments: string[] = [];
  /** What a browser would ask for after a break. */
  lastEventId = '';
  ended = false;
  private unread = '';
  private changed: (() => void) | undefined;

  private constructor(
    readonly response: Response,
    private readonly controller: AbortController,
  ) {}

  /** Resolves once the stream has begun. */
  static async open(client: ApiClient, headers: Record<string, string> = {}): Promise<EventReader> {
    const controller = new AbortController();
    const response = await client.open('/events', headers, controller.signal);
    if (response.status !== 200) throw new Error(`no events: ${String(response.status)}`);
    const reader = new EventReader(response, controller);
    void reader.read();
    await reader.until(() => reader.lastEventId !== '');
    return reader;
  }

  /** Begins after the last event of another reader. */
  static resume(client: ApiClient, { lastEventId }: EventReader): Promise<EventReader> {
    return EventReader.open(client, { 'last-event-id': lastEventId });
  }

  /** Resolves once it is so. The test's timeout is the limit. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.ended) throw new Error('the stream ended before');
      await new Promise<void>((resolve) => (this.changed = resolve));
    }
  }

  /** Resolves with the first event of that kind whose data has these fields, once it is there. */
  async event(type: string, fields: Record<string, unknown> = {}): Promise<ReadEvent> {
    const find = (): ReadEvent | undefined =>
      this.events.find(
        (event) =>
          event.type === type && Object.entries(fields).every(([name, value]) => event.data[name] === value),
      );
    await this.until(() => find() !== undefined);
    return find() as ReadEvent;
  }

  ofType(type: string): ReadEvent[] {
    return this.events.filter((event) => event.type === type);
  }

  async untilEnd(): Promise<void> {
    while (!this.ended) await new Promise<void>((resolve) => (this.changed = resolve));
  }

  /** Goes away, as a closed page does. */
  async close(): Promise<void> {
    this.controller.abort();
    await this.untilEnd();
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const bytes of this.response.body ?? []) {
        this.take(decoder.decode(bytes as Uint8Array, { stream: true }));
        this.changed?.();
      }
    } catch {
      // It was aborted, or the connection broke: it is over, either way.
    }
    this.ended = true;
    this.changed?.();
  }

  private take(text: string): void {
    const blocks = (this.unread + text).split('\n\n');
    this.unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const field = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      this.comments.push(...lines.filter((line) => line.startsWith(':')));
      this.lastEventId = field('id') ?? this.lastEventId;
      const data = field('data');
      if (data === undefined) continue;
      this.events.push({
        type: field('event') ?? 'message',
        id: this.lastEventId,
        data: JSON.parse(data) as Record<string, unknown>,
      });
    }
  }
}
