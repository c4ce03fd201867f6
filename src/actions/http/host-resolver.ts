import { readFileSync } from 'node:fs';
import { Resolver } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { AppConfig } from '../../config/app-config.js';

const QUERY_TIMEOUT_MS = 2000;
const QUERY_TRIES = 3;
const PATIENCE_MS = 500;

/** Codes of answers by which a name has no address of the family. */
const NOTHING = new Set<unknown>(['ENODATA', 'ENOTFOUND']);

/** Names remembered, and for how long at most and at least: schedules of one host ring together. */
const REMEMBERED = 10_000;
const LONGEST_TTL_MS = 300_000;
const SHORTEST_TTL_MS = 1000;
const HOSTS_FILE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';
const HOSTS_FILE_TTL_MS = 10_000;

/**
 * Finds the addresses of hosts: first in the system's hosts file, then by asking its name servers.
 *
 * Not by the system's own look-up (`dns.lookup`): that one blocks one of four threads for as long as a name
 * server keeps silent, and passwords are hashed on the same threads. Queries here cost a socket each, however
 * many are under way. The price: no search domains, no mDNS; hosts are to be named in full.
 */
@Injectable()
export class HostResolver {
  private readonly resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES });
  private readonly hostsFile = new LRUCache<string, ReadonlyMap<string, LookupAddress[]>>({
    max: 1,
    ttl: HOSTS_FILE_TTL_MS,
  });
  private readonly answers = new LRUCache<string, LookupAddress[]>({
    max: REMEMBERED,
    ttl: LONGEST_TTL_MS,
    fetchMethod: async (host, _stale, { options }) => {
      const { addresses, ttlMs } = await this.query(host);
      options.ttl = ttlMs;
      return addresses;
    },
  });

  constructor(config: AppConfig) {
    if (config.dnsServers) this.resolver.setServers([...config.dnsServers]);
  }

  /** At least one address, IPv4 first. @throws Error with the resolver's `code`, such as ENOTFOUND */
  async resolve(host: string): Promise<LookupAddress[]> {
    const name = host.toLowerCase();
    const known = this.hosts().get(name) ?? (/(^|\.)localhost$/.test(name) ? LOOPBACK : undefined);
    return known ?? (await this.answers.fetch(name)) ?? [];
  }

  private async query(host: string): Promise<{ addresses: LookupAddress[]; ttlMs: number }> {
    const v4 = this.resolver.resolve4(host, { ttl: true });
    const v6 = this.resolver.resolve6(host, { ttl: true });
    const answers = await Promise.allSettled([withPatience(v4, v6), withPatience(v6, v4)]);
    const records = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const faults = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as Error] : [],
    );
    if (records.length === 0) throw faults[0] ?? new Error(`${host} has no address`);
    // What one family has is remembered for long only when the other certainly has nothing.
    const sure = faults.every((fault) => 'code' in fault && NOTHING.has(fault.code));
    const ttls = records.map(({ ttl }) => ttl * 1000);
    return {
      addresses: records.map(({ address }) => withFamily(address)),
      ttlMs: sure ? Math.max(SHORTEST_TTL_MS, Math.min(...ttls, LONGEST_TTL_MS)) : SHORTEST_TTL_MS,
    };
  }

  private hosts(): ReadonlyMap<string, LookupAddress[]> {
    let hosts = this.hostsFile.get(HOSTS_FILE);
    if (!hosts) this.hostsFile.set(HOSTS_FILE, (hosts = readHostsFile()));
    return hosts;
  }
}

/** Some name servers never answer about one of the families: then the other one's answer is enough, soon. */
function withPatience<T>(answer: Promise<T>, other: Promise<unknown>): Promise<T> {
  const late = other.then(
    async () => {
      await setTimeout(PATIENCE_MS, undefined, { ref: false });
      throw new Error('no answer in time');
    },
    () => answer,
  );
  return Promise.race([answer, late]);
}

const LOOPBACK: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

const withFamily = (address: string): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 });

function readHostsFile(): ReadonlyMap<string, LookupAddress[]> {
  const hosts = new Map<string, LookupAddress[]>();
  for (const line of hostsFileText().split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (!ipaddr.isValid(address)) continue;
    for (const name of names) {
      hosts.set(name.toLowerCase(), [...(hosts.get(name.toLowerCase()) ?? []), withFamily(address)]);
    }
  }
  return hosts;
}

function hostsFileText(): string {
  try {
    return readFileSync(HOSTS_FILE, 'utf8');
  } catch {
    return '';
  }
}
