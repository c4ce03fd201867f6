import ipaddr from 'ipaddr.js';

/** Addresses that may be called although they are not public ones: a network, and one port of it or all. */
export interface EgressRule {
  readonly network: readonly [ipaddr.IPv4 | ipaddr.IPv6, number];
  readonly port: number | undefined;
}

const RULE = /^(?:\[([^\]]+)\]|([^[\]]+?))(?::(\d{1,5}))?$/;

/**
 * Reads a comma-separated list of `10.0.0.0/8`, `127.0.0.1:9000` (one address, one port), `fd00::/8` and
 * `[fd00::/8]:443`. Undefined when any of them is none of these.
 */
export function parseEgressRules(text: string): EgressRule[] | undefined {
  const rules = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseRule);
  return rules.every((rule) => rule !== undefined) ? rules : undefined;
}

function parseRule(text: string): EgressRule | undefined {
  // An IPv6 network without brackets has colons of its own, and no port.
  const bare = ipaddr.IPv6.isValid(text.split('/')[0] ?? '');
  const [, bracketed, plain, port] = bare ? [text, text] : (RULE.exec(text) ?? []);
  const network = parseNetwork(bracketed ?? plain ?? '');
  if (!network || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) return undefined;
  return { network, port: port === undefined ? undefined : Number(port) };
}

function parseNetwork(text: string): EgressRule['network'] | undefined {
  // Only dotted quads with four parts: "10/8" means 0.0.0.10 to some readers.
  if (!text.includes(':') && !/^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(text)) return undefined;
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    return undefined;
  }
}
