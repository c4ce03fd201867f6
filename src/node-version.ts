/**
 * The first import of every program here: on a Node older than this, native modules end the process without a word.
 * The same number is in package.json, `engines`.
 */
export const OLDEST_NODE = '22.19';

const isOld = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
};

if (isOld(process.versions.node)) {
  process.stderr.write(
    `Node ${OLDEST_NODE} or newer is needed; this is ${process.versions.node}. Use the npm scripts, such as npm start, which ` +
      'bring a newer Node along, or install Node 24.\n',
  );
  process.exit(1);
}
