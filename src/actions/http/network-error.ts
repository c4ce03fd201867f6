import { BODY_PAUSE_MS, CONNECT_TIMEOUT_MS } from './http-client.js';

/** What the codes of undici, Node, c-ares and OpenSSL mean to somebody who has never seen them. */
const MEANING: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: `no connection within ${String(CONNECT_TIMEOUT_MS / 1000)} s`,
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: `nothing more came for ${String(BODY_PAUSE_MS / 1000)} s`,
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the answer are too long',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EMFILE: 'the service has too many files and connections open',
  ENFILE: 'the machine has too many files and connections open',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS failed: the certificate is for another host',
  ENOTFOUND: 'the host name does not exist',
  ENODATA: 'the host name has no address',
  ESERVFAIL: 'the name server failed',
  EREFUSED: 'the name server refused to answer',
  ETIMEOUT: 'the name server does not answer',
};

/**
 * An error of a call, in words and with its code, and without addresses: which ones a name or the name servers have is not
 * for every user to know.
 */
export function explainNetworkError(error: unknown): string {
  const cause = causeOf(error);
  const { code, message, syscall } = cause as { code?: unknown; message?: unknown; syscall?: unknown };
  if (code === 'ECONNREFUSED' && String(syscall).startsWith('query'))
    return `the name server cannot be reached (${code})`;
  if (typeof code !== 'string') return typeof message === 'string' ? message : String(cause);
  const tls = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|EPROTO)/.test(code);
  const words = tls ? `TLS failed: ${String(message)}` : String(message);
  // Messages of the system name the address, and that of this machine.
  const meaning = MEANING[code] ?? (typeof syscall === 'string' && !tls ? `${syscall} failed` : words);
  return meaning.includes(code) ? meaning : `${meaning} (${code})`;
}

/** When all addresses of a host fail, the first one's error tells most. */
function causeOf(error: unknown): unknown {
  const { errors } = error as { errors?: unknown };
  return Array.isArray(errors) && errors.length > 0 ? causeOf(errors[0]) : error;
}
