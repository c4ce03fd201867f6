import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { leaksIn, SPELLINGS } from '../../test/support/spellings.js';
import { longestTurn } from '../../test/support/turn-meter.js';
import { Redaction } from './redaction.js';

const redactAll = async (secrets: Record<string, string>, text: string, breaksOff = false): Promise<string> =>
  new Redaction(new Map(Object.entries(secrets))).apply(text, breaksOff);
const redact = (value: string, text: string, breaksOff = false): Promise<string> =>
  redactAll({ S: value }, text, breaksOff);

/** No common word is made of these. Characters that something or other spells in a way of its own, and those that nothing changes. */
const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...'bcdfgjkmnpqrsxyzBCDFGXYZ0123456789') },
  { weight: 1, arbitrary: fc.constantFrom(...'/\\.?#&=:;,@%+ "\'<>{}[]()!$*-_~^`|\t\nüß€😀') },
);
const value = fc
  .string({ unit: character, minLength: 12, maxLength: 60 })
  .filter((text) => text.trim().length >= 12);
/** Text around a secret. It has nothing in common with one. */
const around = fc.string({ unit: fc.constantFrom(...'QRSTUVW <>|~'), maxLength: 30 });

describe('Redaction', () => {
  const VALUE = 'a/b+c "d" & \\ü<€>\'😀';
  test.each(SPELLINGS)('knows a value as $title', async (spelling) => {
    const shown = await redact(VALUE, `<${spelling.write(VALUE)}>`);
    expect(shown).toContain('[secret S]');
    expect(leaksIn(shown, VALUE, spelling)).toEqual([]);
  });

  test('shows no stretch of any value, however the text around it is spelled', async () => {
    await fc.assert(
      fc.asyncProperty(
        value,
        around,
        around,
        fc.constantFrom(...SPELLINGS),
        async (secret, before, after, spelling) => {
          const shown = await redact(secret, spelling.write(before + secret + after));
          expect(leaksIn(shown, secret, spelling)).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('shows no stretch of a value that was trimmed, or of which a piece is left', async () => {
    await fc.assert(
      fc.asyncProperty(
        value,
        fc.constantFrom('', ' ', '\n', '\t \r\n'),
        fc.nat(10),
        fc.nat(10),
        fc.constantFrom(...SPELLINGS),
        async (secret, blanks, from, to, spelling) => {
          const piece = [...secret.trim()].slice(from, secret.length - to).join('');
          const shown = await redact(blanks + secret + blanks, spelling.write(piece));
          expect(leaksIn(shown, piece, spelling)).toEqual([]);
        },
      ),
      { numRuns: 5000 },
    );
  });

  test('shows no stretch of what the parser of URLs makes of a value', async () => {
    await fc.assert(
      fc.asyncProperty(value, fc.constantFrom(...SPELLINGS), async (secret, spelling) => {
        const { pathname, search } = new URL(`http://x/${secret}`);
        for (const sent of [pathname.slice(1), search.slice(1)]) {
          const shown = await redact(secret, spelling.write(sent));
          expect(leaksIn(shown, sent, spelling, /%[\da-f]{2}|[^]/gi)).toEqual([]);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('knows the parts of a URL, and its host', async () => {
    const hook = 'https://Hooks.Example.com/services/T00000000/B0C4/../XXXXXXXXXXXX?key=abcdefgh&n=hunter2';
    expect(await redact(hook, 'Cannot POST /services/T00000000/XXXXXXXXXXXX')).toBe('Cannot POST [secret S]');
    expect(await redact(hook, 'no XXXXXXXXXXXX, no abcdefgh, no "hunter2"')).toBe(
      'no [secret S], no [secret S], no "[secret S]"',
    );
    expect(await redact(hook, 'getaddrinfo ENOTFOUND hooks.example.com')).toBe(
      'getaddrinfo ENOTFOUND [secret S]',
    );
    expect(await redact('https://bücher.example/1', 'no xn--bcher-kva.example')).toBe('no [secret S]');
    expect(await redact('https://0x7f.1/path', 'no 127.0.0.1')).toBe('no [secret S]');
    expect(await redact('postgres://scott:tiger@db/x', 'user scott, password tiger')).toBe(
      'user [secret S], password [secret S]',
    );
  });

  test('knows the credentials that a header has in Base64', async () => {
    const header = `Basic ${Buffer.from('user:h!nter').toString('base64')}`;
    expect(await redact(header, 'h!nter is not right')).toBe('[secret S] is not right');
    expect(await redact(header.slice(6), 'user:h!nter')).toBe('[secret S]');
  });

  test.each([
    ['a URL', 'https://api.example.com/v1/tok123'],
    ['a URL with a query', 'https://hooks.example.com/services/webhooks/abc123?token=x9y8z7&format=json'],
    ['a header', 'Bearer abcd.efgh-1234'],
    ['credentials', 'admin:1234'],
    ['a password', 'correct horse battery staple'],
  ])('leaves alone what has nothing but common words in common with %s', async (_kind, secret) => {
    for (const text of [
      'https://www.example.com/v1/todos and https://example.com/api/services/webhooks?token=none&format=json',
      '{"services": ["webhook", "hooks"], "token_type": "Bearer", "year": 2024, "at": "2026-01-01T00:00:00Z"}',
      'Authorization: Bearer, Basic and Digest; see http://api.example.org/v1/users for batteries and horseshoes',
      Buffer.from('nothing of it in Base64 either, however long it is').toString('base64'),
      '%20 &amp; \\u00fc \\n + ü € 😀 \uFFFD',
    ])
      expect(await redact(secret, text)).toBe(text);
  });

  test('leaves any text alone that has nothing of a secret', async () => {
    const other = fc.string({ unit: fc.constantFrom(...'abcdefgh /%&\\+=12ü\n"'), maxLength: 300 });
    const secret = fc.string({ unit: fc.constantFrom(...'PQRSTUVXYZ789-_'), minLength: 8, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(secret, other, fc.boolean(), async (value, text, breaksOff) => {
        expect(await redact(value, text, breaksOff)).toBe(text);
      }),
      { numRuns: 5000 },
    );
  });

  test('hides a beginning where a text breaks off', async () => {
    expect(await redact('hunter2-and-more', 'the end is hunt', true)).toBe('the end is [secret S]');
    expect(await redact('hunter2-and-more', 'the end is hunt')).toBe('the end is hunt');
    expect(await redact('hunter2-and-more', Buffer.from('hunte').toString('base64'), true)).toContain(
      '[secret S]',
    );
  });

  test('takes the longest, once, and leaves its own words alone', async () => {
    const secrets = { A: 'secret', B: 'secret plus', C: 'aaaa', aaaaaaaa: 'bbbb' };
    expect(await redactAll(secrets, 'secret plus secret bbbb aaaa $&')).toBe(
      '[secret B] [secret A] [secret aaaaaaaa] [secret C] $&',
    );
    expect(await redactAll({ A: 'user:abcd', B: 'abcd' }, 'xabcdx')).toBe('x[secret B]x');
  });

  test('knows values of nearly nothing but what it passes over', async () => {
    expect(await redact('+"+" ++', 'x+"+" ++x')).toBe('x[secret S]x');
    expect(await redact('!@$%^&*()', 'x!@$%^&*()x')).toBe('x[secret S]x');
  });

  test('knows values in other charsets than the text was read in', async () => {
    for (const bytes of [
      Buffer.from('pässwörd-gründlich', 'latin1'),
      Buffer.from('pässwörd-gründlich', 'utf16le'),
    ])
      expect(await redact('pässwörd-gründlich', bytes.toString().replaceAll('\0', '\uFFFD'))).not.toMatch(
        /ndlich|n.d.l.i.c.h/,
      );
  });

  test('lets others have their turn, and takes no time that grows with the product of secrets and text', async () => {
    const random = (): string => randomBytes(6144).toString('base64');
    const kinds: (() => string)[] = [
      random,
      () => random().replace(/.{5}/g, '$&/'),
      () => random().replaceAll(/[+/]/g, '\\'),
      () => 'api/'.repeat(2048),
      () => '%2541'.repeat(1638),
      () => '+/'.repeat(4096),
      () => 'a'.repeat(8192),
    ];
    const cases = kinds.map((kind) => {
      const values = Array.from({ length: 50 }, (_, index) => kind().slice(index, 8192));
      const texts = [(values[0] ?? '').repeat(9), '%25'.repeat(22_000), '&'.repeat(66_000)];
      return { values, texts: texts.map((text) => text.slice(0, 66_560)) };
    });
    const { turns } = await longestTurn(async () => {
      for (const { values, texts } of cases) {
        const redaction = new Redaction(new Map(values.map((value, index) => [`S${String(index)}`, value])));
        for (const text of texts) await redaction.apply(text, true);
      }
    });
    // It gives its turn up after some 8 ms each: without that there are two turns, of seconds.
    expect(turns).toBeGreaterThan(100);
  }, 60_000);

  test('without secrets changes nothing', async () => {
    expect(await redactAll({}, 'text')).toBe('text');
    expect(new Redaction(new Map()).lookAhead).toBe(0);
  });
});
