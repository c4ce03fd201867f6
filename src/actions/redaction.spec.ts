import { describe, expect, test } from '@jest/globals';
import { Redaction } from './redaction.js';

const redact = (value: string, text: string): string => new Redaction(new Map([['S', value]])).apply(text);

describe('Redaction', () => {
  const VALUE = 'a/b+c "d" & \\ü<€>\'😀';
  test.each([
    ['itself', VALUE],
    ['JSON', JSON.stringify(VALUE).slice(1, -1)],
    ['JSON of PHP', JSON.stringify(VALUE).slice(1, -1).replaceAll('/', '\\/')],
    [
      'JSON in ASCII',
      JSON.stringify(VALUE)
        .slice(1, -1)
        .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ],
    [
      'JSON of .NET',
      JSON.stringify(VALUE).slice(1, -1).replaceAll('+', '\\u002B').replaceAll('&', '\\u0026'),
    ],
    ['a URL component', encodeURIComponent(VALUE)],
    [
      'a URL component in lower case',
      encodeURIComponent(VALUE).replace(/%../g, (code) => code.toLowerCase()),
    ],
    ['a form', new URLSearchParams({ x: VALUE }).toString().slice(2)],
    ['a URL as WHATWG writes it', new URL(`http://x/?${VALUE}`).search.slice(1)],
    [
      'HTML',
      VALUE.replaceAll('&', '&amp;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&#39;')
        .replaceAll('<', '&lt;'),
    ],
    ['HTML by numbers', VALUE.replace(/[&<>"']/g, (c) => `&#x${c.charCodeAt(0).toString(16)};`)],
    ['Base64', Buffer.from(VALUE).toString('base64')],
    ['Base64 for URLs', Buffer.from(VALUE).toString('base64url')],
  ])('knows a value as %s', (_spelling, text) => {
    expect(redact(VALUE, `<${text}>`)).toMatch(/^<\[secret S\]=*>$/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(new Redaction(new Map([['S', VALUE]])).longest);
  });

  test('knows the parts of a URL', () => {
    const hook = 'https://hooks.example.com/services/T00000000/B0/XXXXXXXXXXXX?key=abcdefgh&n=1';
    expect(redact(hook, 'Cannot POST /services/T00000000/B0/XXXXXXXXXXXX')).toBe('Cannot POST [secret S]');
    expect(redact(hook, 'no XXXXXXXXXXXX, no abcdefgh')).toBe('no [secret S], no [secret S]');
    expect(
      redact(hook, 'moved to http://hooks.example.com/services/T00000000/B0/XXXXXXXXXXXX?key=abcdefgh&n=1'),
    ).toBe('moved to http://hooks.example.com[secret S]');
  });

  test('takes the longest, once, and leaves its own words alone', () => {
    const redaction = new Redaction(
      new Map([
        ['A', 'secret'],
        ['B', 'secret plus'],
        ['C', 'aaaa'],
        ['aaaaaaaa', 'bbbb'],
      ]),
    );
    expect(redaction.apply('secret plus secret bbbb aaaa $&')).toBe(
      '[secret B] [secret A] [secret aaaaaaaa] [secret C] $&',
    );
  });

  test('does not take long', () => {
    const secrets = new Map(['aaaa', 'bbbb', 'cccc'].map((value, n) => ['N'.repeat(60) + String(n), value]));
    const begun = performance.now();
    new Redaction(secrets).apply('a'.repeat(70_000));
    new Redaction(new Map([['L', '+/'.repeat(4096)]])).apply('+/'.repeat(35_000));
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  test('without secrets changes nothing', () => {
    expect(new Redaction(new Map()).apply('text')).toBe('text');
    expect(new Redaction(new Map()).longest).toBe(0);
  });
});
