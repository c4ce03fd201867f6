import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request that arrived, with its whole body. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Answer = (request: Received, response: ServerResponse, socket: Socket) => void;

/** A target of HTTP calls on loopback. It answers 200 `ok` unless told otherwise. */
export class Sink {
  readonly received: Received[] = [];
  /** Connections ever made. */
  connections = 0;
  /** The largest number of requests at the same time. */
  peak = 0;
  private current = 0;
  answer: Answer = (_request, response) => response.end('ok');

  private constructor(private readonly server: Server) {}

  static async start(host = '127.0.0.1'): Promise<Sink> {
    const server = createServer();
    const sink = new Sink(server);
    server.on('connection', () => sink.connections++);
    server.on('request', (request, response) => {
      sink.receive(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return sink;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    this.peak = Math.max(this.peak, ++this.current);
    response.on('close', () => this.current--);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const received: Received = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString(),
      };
      this.received.push(received);
      this.answer(received, response, request.socket);
    });
  }
}
