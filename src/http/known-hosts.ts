import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

/** What a refusal repeats of a header. */
const SHOWN_CHARACTERS = 200;

/** Of a name by the rules of DNS, with its port. */
const LONGEST_NAME = 260;

/** Hosts are judged once and remembered: each request has one, and nearly all the same. */
const REMEMBERED = 1000;

/**
 * Refuses requests whose `Host` is none of the service's names, once an operator has named any. A page of any site can point a name of
 * its own at the service's address (DNS rebinding), and is then, to the browser, a page of the same origin. It cannot
 * do so with an address, with localhost, or with a name without a dot, which nobody can register.
 */
export class KnownHosts {
  private readonly judged = new LRUCache<string, boolean>({ max: REMEMBERED });

  /** @param allowed names, none to take every one; one that begins with a dot stands for it and all its subdomains, `*` for every name */
  constructor(private readonly allowed: readonly string[]) {}

  /**
   * What is wrong with the hosts of a request, or undefined. Behind a proxy that is trusted that is what the proxy was
   * asked for, and what the proxy asks for: whoever could reach the service past the proxy could make up the former.
   */
  fault({ headers, host }: FastifyRequest): string | undefined {
    const sent = headers.host ?? '';
    const unknown = this.isKnown(host) ? (this.isKnown(sent) ? undefined : sent) : host;
    if (unknown === undefined) return undefined;
    const name = nameOf(unknown);
    const shown = (text: string): string => JSON.stringify(text.slice(0, SHOWN_CHARACTERS));
    if (name === undefined) return `The Host ${shown(unknown)} is not the name of a host.`;
    return (
      `The service is not known by the Host ${shown(unknown)}. If that is one of its names, add ${shown(name)} to ` +
      'ALLOWED_HOSTS, or set PUBLIC_URL to the address by which people open it, and restart the service.'
    );
  }

  /** Programs of old HTTP send no host, and browsers always do. */
  private isKnown(host: string): boolean {
    if (host === '') return true;
    if (host.length > LONGEST_NAME) return false;
    let known = this.judged.get(host);
    if (known === undefined) this.judged.set(host, (known = this.judge(host)));
    return known;
  }

  private judge(host: string): boolean {
    const name = nameOf(host);
    if (name === undefined) return false;
    if (this.allowed.length === 0) return true;
    if (
      ipaddr.isValid(name.replace(/^\[(.+)\]$/, '$1')) ||
      !name.includes('.') ||
      name.endsWith('.localhost')
    )
      return true;
    return this.allowed.some(
      (allowed) =>
        allowed === '*' || allowed === name || (allowed.startsWith('.') && `.${name}`.endsWith(allowed)),
    );
  }
}

/** The name in a `Host` header, without its port, as URLs spell it. */
function nameOf(host: string): string | undefined {
  const url = `http://${host}`;
  if (!/^[^\s/?#@\\]+$/.test(host) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/\.$/, '');
}
