import { createSocket, type Socket } from 'node:dgram';

const A = 1;
const AAAA = 28;
const NXDOMAIN = 3;

/** A name server on loopback that says what a test wants it to say (RFC 1035). Unknown names do not exist. */
export class NameServer {
  /** IPv4 addresses by name, by commas; a function is asked anew by each query. */
  readonly addresses = new Map<string, () => string>();
  /** Names about which it keeps silent. */
  readonly silent = new Set<string>();
  /** Names about whose IPv6 addresses it keeps silent. */
  readonly silentAboutIpv6 = new Set<string>();
  /** How often it was asked for the IPv4 address of a name. */
  readonly asked = new Map<string, number>();

  private constructor(private readonly socket: Socket) {}

  static async start(): Promise<NameServer> {
    const socket = createSocket('udp4');
    const server = new NameServer(socket);
    socket.on('message', (query, { address, port }) => {
      const reply = server.reply(query);
      if (reply) socket.send(reply, port, address);
    });
    await new Promise<void>((resolve) => {
      socket.bind(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get address(): string {
    return `127.0.0.1:${String(this.socket.address().port)}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.close(resolve);
    });
  }

  private reply(query: Buffer): Buffer | undefined {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += length + 1;
    }
    const type = query.readUInt16BE(at + 1);
    const question = query.subarray(12, at + 5);
    const name = labels.join('.').toLowerCase();
    if (this.silent.has(name) || (type === AAAA && this.silentAboutIpv6.has(name))) return undefined;
    if (type === A) this.asked.set(name, (this.asked.get(name) ?? 0) + 1);

    const known = this.addresses.get(name);
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | (known || type === AAAA ? 0 : NXDOMAIN), 2);
    const addresses = known && type === A ? known().split(',') : [];
    header.writeUInt16BE(addresses.length, 6);
    header.writeUInt32BE(0, 8);
    // A pointer to the name in the question, type A, class IN, a TTL of 0, four bytes.
    const records = addresses.map((address) =>
      Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
    );
    return Buffer.concat([header, question, ...records]);
  }
}
