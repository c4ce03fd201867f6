import { describe, expect, test } from '@jest/globals';
import { AppConfig } from '../config/app-config.js';
import { UnknownKey, Vault } from './vault.js';

const OLD = 'o'.repeat(32);
const NEW = 'n'.repeat(32);
const vault = (...keys: string[]): Vault => new Vault(new AppConfig({ ENCRYPTION_KEY: keys.join(',') }));

describe('Vault', () => {
  test('opens what it sealed, for the same owner', () => {
    const sealed = vault(OLD).seal('ünïcode\nvalue', 'secrets/7');
    expect(sealed).not.toContain('value');
    expect(vault(OLD).open(sealed, 'secrets/7')).toBe('ünïcode\nvalue');
  });

  test('seals the same value differently each time', () => {
    expect(vault(OLD).seal('value', 'secrets/7')).not.toBe(vault(OLD).seal('value', 'secrets/7'));
  });

  test('opens nothing for another owner', () => {
    const sealed = vault(OLD).seal('value', 'secrets/7');
    expect(() => vault(OLD).open(sealed, 'secrets/8')).toThrow('unable to authenticate');
  });

  test('opens nothing that was changed', () => {
    const sealed = vault(OLD).seal('value', 'secrets/7');
    for (let n = sealed.indexOf('.') + 1; n < sealed.length; n++) {
      const changed = sealed.slice(0, n) + (sealed[n] === 'A' ? 'Q' : 'A') + sealed.slice(n + 1);
      expect(() => vault(OLD).open(changed, 'secrets/7')).toThrow('unable to authenticate');
    }
    expect(() => vault(OLD).open(sealed.slice(0, 30), 'secrets/7')).toThrow();
  });

  test('seals with the first of its keys, and opens with each', () => {
    const sealed = vault(OLD).seal('value', 'secrets/7');
    const both = vault(NEW, OLD);
    expect(both.open(sealed, 'secrets/7')).toBe('value');
    expect(both.isCurrent(sealed)).toBe(false);
    const anew = both.seal('value', 'secrets/7');
    expect(both.isCurrent(anew)).toBe(true);
    expect(vault(NEW).open(anew, 'secrets/7')).toBe('value');
  });

  test('says so when it does not have the key', () => {
    const sealed = vault(OLD).seal('value', 'secrets/7');
    expect(() => vault(NEW).open(sealed, 'secrets/7')).toThrow(UnknownKey);
  });
});
