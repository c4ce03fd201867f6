import { expect, test } from '@jest/globals';
import { explainNetworkError } from './network-error.js';

const fault = (message: string, code: string, more: object = {}): Error =>
  Object.assign(new Error(message), { code, ...more });

test.each([
  ['connect EACCES 10.0.0.5:80 - Local (10.1.2.3:43210)', 'EACCES', 'connect', 'connect failed (EACCES)'],
  ['connect EINVAL fe80::1:80 - Local (:::0)', 'EINVAL', 'connect', 'connect failed (EINVAL)'],
  [
    'connect EHOSTUNREACH 10.0.0.5:80',
    'EHOSTUNREACH',
    'connect',
    'the host cannot be reached (EHOSTUNREACH)',
  ],
  [
    "Hostname/IP does not match certificate's altnames: IP: 10.0.0.5 is not in the cert's list: 10.0.0.6, fd00::6",
    'ERR_TLS_CERT_ALTNAME_INVALID',
    undefined,
    'TLS failed: the certificate is for another host (ERR_TLS_CERT_ALTNAME_INVALID)',
  ],
  [
    'Connect Timeout Error (attempted address: 10.0.0.5:80, timeout: 10000ms)',
    'UND_ERR_CONNECT_TIMEOUT',
    undefined,
    'no connection within 10 s (UND_ERR_CONNECT_TIMEOUT)',
  ],
  ['queryA EBADRESP api.example', 'EBADRESP', 'queryA', 'queryA failed (EBADRESP)'],
  [
    'write EPROTO 80:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/ssl3_record.c:354:',
    'EPROTO',
    'write',
    'TLS failed: write EPROTO 80:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/ssl3_record.c:354:',
  ],
  [
    'Response does not match the HTTP/1.1 protocol',
    'HPE_X',
    undefined,
    'Response does not match the HTTP/1.1 protocol (HPE_X)',
  ],
])('%s', (message, code, syscall, shown) => {
  expect(explainNetworkError(fault(message, code, { syscall }))).toBe(shown);
});

test('a name server that refuses is not taken for a target that does', () => {
  const error = fault('queryA ECONNREFUSED api.example', 'ECONNREFUSED', { syscall: 'queryA' });
  expect(explainNetworkError(error)).toBe('the name server cannot be reached (ECONNREFUSED)');
  expect(
    explainNetworkError(fault('connect ECONNREFUSED 10.0.0.5:80', 'ECONNREFUSED', { syscall: 'connect' })),
  ).toBe('the connection was refused (ECONNREFUSED)');
});
