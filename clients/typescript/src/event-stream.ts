import { ApiError } from './api-error.js';

/** A message of the service's event stream; `data` is what its JSON says. */
export interface ServerEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: unknown;
}

export interface StreamOptions {
  /** Ends the stream. */
  readonly signal?: AbortSignal;
  /** The id of the last message you know: those after it come first, or a `reset` when they are gone. */
  readonly lastEventId?: string;
  /** Called when the stream is open, and when it is lost and being opened again. */
  readonly onConnection?: (open: boolean) => void;
}

type Connect = (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
/** Two of the service's heartbeats, and some: a silence longer than this is a lost connection. */
const SILENCE_MS = 35_000;

/** Reads events, and connects again whenever the connection is lost, from where it was. */
export async function* streamEvents(
  connect: Connect,
  { signal, lastEventId, onConnection }: StreamOptions,
): AsyncGenerator<ServerEvent> {
  let last = lastEventId;
  let delay = FIRST_DELAY_MS;
  while (!signal?.aborted) {
    const attempt = new AbortController();
    const silence = watchSilence(attempt);
    const abort = (): void => {
      attempt.abort();
    };
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const headers = {
        accept: 'text/event-stream',
        ...(last === undefined ? {} : { 'last-event-id': last }),
      };
      const response = await connect(headers, attempt.signal);
      onConnection?.(true);
      for await (const message of messagesOf(response, silence.heard)) {
        delay = FIRST_DELAY_MS;
        last = message.id ?? last;
        yield message;
      }
    } catch (error) {
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error;
    } finally {
      silence.stop();
      signal?.removeEventListener('abort', abort);
      attempt.abort();
    }
    if (signal?.aborted) return;
    onConnection?.(false);
    await pause(delay, signal);
    delay = Math.min(delay * 2, LONGEST_DELAY_MS);
  }
}

/** Parses `text/event-stream`, as the HTML standard has it. `heard` is called for whatever comes in. */
async function* messagesOf(response: Response, heard: () => void): AsyncGenerator<ServerEvent> {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    const blocks = (text + value).replaceAll('\r\n', '\n').split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const message = messageOf(block);
      if (message) yield message;
    }
  }
}

function messageOf(block: string): ServerEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]+)(?:: ?(.*))?$/.exec(line) ?? [];
    const before = fields.get(name);
    if (name !== '')
      fields.set(name, before === undefined || name !== 'data' ? value : `${before}\n${value}`);
  }
  const data = fields.get('data');
  if (data === undefined) return undefined;
  return { id: fields.get('id'), event: fields.get('event') ?? 'message', data: JSON.parse(data) as unknown };
}

function watchSilence(attempt: AbortController): { heard: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(timer);
  };
  const heard = (): void => {
    stop();
    timer = setTimeout(() => {
      attempt.abort();
    }, SILENCE_MS);
  };
  heard();
  return { heard, stop };
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
