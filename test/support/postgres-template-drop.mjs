export default () => globalThis.dropTemplate?.();
