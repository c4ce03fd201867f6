import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { removeFolder, scratchFolder } from './scratch.js';

const mount = (...args: string[]): boolean => spawnSync('mount', args, { stdio: 'ignore' }).status === 0;

/** A small disk of its own, which a test can fill. */
export class Disk {
  private constructor(readonly folder: string) {}

  static make(megabytes: number): Disk {
    const disk = Disk.tryMake(megabytes);
    if (!disk) throw new Error('no disk can be mounted here');
    return disk;
  }

  static tryMake(megabytes: number): Disk | undefined {
    const folder = scratchFolder();
    if (mount('-t', 'tmpfs', '-o', `size=${String(megabytes)}m`, 'tmpfs', folder)) return new Disk(folder);
    removeFolder(folder);
    return undefined;
  }

  /** Uses up what is left, but for so many bytes, which are rounded up to blocks. */
  fill(leave = 0): void {
    const { bavail, bsize } = statfsSync(this.folder);
    const blocks = bavail - Math.ceil(leave / bsize);
    mkdirSync(`${this.folder}/filler`, { recursive: true });
    if (blocks > 0)
      writeFileSync(
        `${this.folder}/filler/${process.hrtime.bigint().toString()}`,
        Buffer.alloc(blocks * bsize),
      );
  }

  /** Makes the room again that `fill` used up. */
  makeRoom(): void {
    rmSync(`${this.folder}/filler`, { recursive: true, force: true });
  }

  makeReadOnly(): void {
    mount('-o', 'remount,ro', this.folder);
  }

  remove(): void {
    spawnSync('umount', ['-l', this.folder]);
    removeFolder(this.folder);
  }
}

/** Whether this machine lets the tests mount a disk of their own: Linux, as root. */
export const canMount = ((): boolean => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const disk = Disk.tryMake(1);
  disk?.remove();
  return disk !== undefined;
})();
