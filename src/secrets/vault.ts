import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { generatedKey } from '../database/generated-key.js';
import type { SealedBy } from './sealed-columns.js';

/** The file of the generated key, beside the database. It may hold several keys, one a line. */
export const KEY_FILE = 'encryption-key';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

interface Key {
  /** Names the key in what it sealed, and tells nothing about it. */
  readonly id: string;
  readonly bytes: Buffer;
}

/** A sealed value whose key is not there. */
export class UnknownKey extends Error {
  override readonly name = 'UnknownKey';

  constructor(id: string) {
    super(`This value was encrypted with a key that is not there (its id is ${id}).`);
  }
}

/** Keys that stored values need, and that are not there; what needs them, and what to do. */
export class MissingKeys extends Error {
  override readonly name = 'MissingKeys';

  /** @param given the keys of ENCRYPTION_KEY, undefined where the key is in a file */
  constructor(missing: readonly SealedBy[], known: readonly string[], given: readonly string[] | undefined) {
    const keys = [...new Set(missing.map(({ key }) => key))];
    const needs = keys.map((id) => {
      const what = missing
        .filter(({ key }) => key === id)
        .map(({ count, what }) => `${String(count)} ${what}`);
      return `${what.join(' and ')} with the key of id ${id}`;
    });
    const place = given
      ? `ENCRYPTION_KEY has ${known.join(', ')}. Add what is missing behind it, as ENCRYPTION_KEY=new,old`
      : `The file ${KEY_FILE} beside the database has ${known.join(', ')}. Put the file with the right key back, or ` +
        `set ENCRYPTION_KEY to that key`;
    super(
      `What is stored was encrypted with another key: ${needs.join('; ')}. ${place}; ` +
        '"npm run rotate-encryption-key" then encrypts everything with the first one.',
    );
  }
}

/**
 * Seals what must not be readable in the database: AES-256-GCM with a random nonce. A sealed value is
 * `<key id>.<base64url of nonce, ciphertext and tag>`, and opens only with the owner it was sealed for
 * (`secrets/7`), so that one row's value cannot be moved to another row.
 */
@Injectable()
export class Vault {
  private readonly keys: ReadonlyMap<string, Key>;
  private readonly current: Key;

  constructor(config: AppConfig) {
    const texts = config.encryptionKeys ?? generatedKey(config, KEY_FILE).trim().split('\n');
    const keys = texts.map(toKey);
    this.keys = new Map(keys.map((key) => [key.id, key]));
    this.current = keys[0] as Key;
  }

  seal(plaintext: string, owner: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.current.bytes, nonce).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([
      nonce,
      cipher.update(plaintext, 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return `${this.current.id}.${sealed.toString('base64url')}`;
  }

  /** @throws UnknownKey; Error when the value was changed or sealed for another owner */
  open(value: string, owner: string): string {
    const [id = '', text = ''] = value.split('.');
    const key = this.keys.get(id);
    if (!key) throw new UnknownKey(id);
    const sealed = Buffer.from(text, 'base64url');
    const decipher = createDecipheriv(CIPHER, key.bytes, sealed.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(owner))
      .setAuthTag(sealed.subarray(-TAG_BYTES));
    const plaintext = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([plaintext, decipher.final()]).toString('utf8');
  }

  /** The keys it has, the one that seals first. */
  get ids(): string[] {
    return [...this.keys.keys()];
  }

  /** The key that seals now. */
  get currentId(): string {
    return this.current.id;
  }

  has(id: string): boolean {
    return this.keys.has(id);
  }

  /** Whether a value was sealed with the key that seals now. */
  isCurrent(value: string): boolean {
    return value.startsWith(`${this.current.id}.`);
  }
}

function toKey(text: string): Key {
  const bytes = Buffer.from(hkdfSync('sha256', text, '', 'scheduler-service encryption', 32));
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}
