import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const OUT = join(import.meta.dirname, 'dist');

/** Compresses once, here, what the service would compress for every visitor. */
const precompress: Plugin = {
  name: 'precompress',
  apply: 'build',
  closeBundle() {
    const folder = join(OUT, 'assets');
    for (const name of readdirSync(folder).filter((file) => /\.(js|css|svg)$/.test(file))) {
      const content = readFileSync(join(folder, name));
      writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
      writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content, { params }));
    }
  },
};

/** `npm run web` serves the sources and passes everything else on to a service on its usual port. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/dashboard/',
  plugins: [precompress],
  resolve: {
    alias: {
      '@scheduler-service/client': join(import.meta.dirname, '../clients/typescript/src/index.ts'),
    },
  },
  // Under its content security policy the page may not use images as data but where it says so.
  build: {
    outDir: OUT,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: 'es2022',
    reportCompressedSize: false,
    rolldownOptions: {
      // Components that several pages use come in one file, not in twenty.
      output: {
        codeSplitting: { groups: [{ name: 'components', test: /@mantine|@floating-ui/, minShareCount: 3 }] },
      },
      onLog: (level, log, show) => {
        // "use client" is for server rendering, which there is none of here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') show(level, log);
      },
    },
  },
  server: { proxy: { '^/(?!dashboard)': 'http://127.0.0.1:8000' } },
});
