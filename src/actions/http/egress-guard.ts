import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { AppConfig } from '../../config/app-config.js';

/** A call that the service does not make. `message` says what to set if it should. */
export class EgressRefused extends Error {
  override readonly name = 'EgressRefused';
}

/** Where clouds hand out credentials to whatever runs on their machines. */
const METADATA = new Set(
  [
    '169.254.169.254', // AWS, Azure, GCP, DigitalOcean, OpenStack and others
    '169.254.170.2', // AWS ECS
    '169.254.170.23', // AWS EKS
    '169.254.0.23', // Tencent
    '100.100.100.200', // Alibaba
    '168.63.129.16', // Azure's wire server, in public address space
    '192.0.0.192', // Oracle
    'fd00:ec2::254', // AWS
    'fd00:ec2::23', // AWS EKS
    'fd20:ce::254', // GCP
  ].map((address) => ipaddr.parse(address).toString()),
);

/** The ports of other protocols that the fetch standard does not let a browser speak HTTP to ("bad ports"). */
const OTHER_PROTOCOLS = new Set([
  ...[
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  ],
  ...[
    109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  ],
  ...[526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049],
  ...[3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
]);

/** Runs call few targets, again and again. */
const JUDGED_URLS = 1000;

const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/**
 * Keeps users' URLs from reaching what only the service's own network should: a call goes to a public address,
 * or to one that EGRESS_ALLOW lists. The URL is checked when it is saved and before each call, every address its
 * host resolves to before it is connected to, and the address of the connected socket once more.
 */
@Injectable()
export class EgressGuard {
  /** By the part of a URL that is judged. The rules do not change while the service runs. */
  private readonly judged = new LRUCache<string, { readonly fault: string | undefined }, URL>({
    max: JUDGED_URLS,
    memoMethod: (_judgedPart, _stale, { context }) => ({ fault: this.judge(context) }),
  });

  constructor(private readonly config: AppConfig) {}

  /** Why a URL must not be called, as far as the URL itself tells; undefined when it does not. */
  urlFault(url: URL): string | undefined {
    const credentials = url.username !== '' || url.password !== '';
    const judgedPart = `${String(credentials)} ${url.protocol} ${url.host}`;
    return this.judged.memo(judgedPart, { context: url }).fault;
  }

  private judge(url: URL): string | undefined {
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      return 'a URL that begins with http:// or https://';
    if (url.username !== '' || url.password !== '')
      return 'a URL without user and password: send an Authorization header, with a secret';
    const port = portOf(url);
    if (OTHER_PROTOCOLS.has(port))
      return `another port: ${String(port)} is that of another protocol than HTTP`;
    const host = hostOf(url);
    if (host === 'localhost' || host.endsWith('.localhost')) {
      // Such names are loopback addresses whatever a name server says (RFC 6761).
      return this.addressFault('127.0.0.1', port) && this.addressFault('::1', port);
    }
    return ipaddr.isValid(host) ? this.addressFault(host, port) : undefined;
  }

  /** Why an address must not be connected to; undefined when it may be. */
  addressFault(text: string, port: number): string | undefined {
    if (!ipaddr.isValid(text)) return `${text} is not an address`;
    const address = ipaddr.parse(text);
    if ([address, ...embedded(address)].some((each) => METADATA.has(each.toString())))
      return `${text} is the address of a cloud's metadata service, which is never called`;
    if (isPublic(address) || this.isAllowed(address, port)) return undefined;
    const shown = address.kind() === 'ipv6' ? `[${address.toString()}]` : address.toString();
    return (
      `${text} is not a public address (${address.range()}): it is called only when EGRESS_ALLOW lists it, ` +
      `such as EGRESS_ALLOW=${shown}:${String(port)}`
    );
  }

  private isAllowed(address: ipaddr.IPv4 | ipaddr.IPv6, port: number): boolean {
    return this.config.egressAllow.some(
      (rule) =>
        rule.network[0].kind() === address.kind() &&
        address.match(rule.network as [ipaddr.IPv4 & ipaddr.IPv6, number]) &&
        (rule.port ?? port) === port,
    );
  }
}

const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

/** The host as resolvers and sockets take it: without the brackets of IPv6, and without the dot of the root. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/** Only global unicast addresses that no registry has set aside for something else (RFC 6890). */
const isPublic = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  address.range() === 'unicast' && (address instanceof ipaddr.IPv4 || address.match(GLOBAL_IPV6));

/** IPv4 addresses that an IPv6 one may lead to: mapped and compatible ones, NAT64 and 6to4. */
function embedded(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4[] {
  if (address instanceof ipaddr.IPv4) return [];
  const bytes = address.toByteArray();
  return [bytes.slice(12), bytes.slice(2, 6)].map((four) => new ipaddr.IPv4(four));
}
