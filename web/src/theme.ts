import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one accent colour. Shade 6 has a contrast of more than 4.5 with white. */
const indigo: MantineColorsTuple = [
  '#eef0ff',
  '#dce0fb',
  '#b5bdf2',
  '#8d98ea',
  '#6b79e2',
  '#5666de',
  '#4c5fd7',
  '#3d4ebf',
  '#3445ab',
  '#293b97',
];

export const theme = createTheme({
  colors: { indigo },
  primaryColor: 'indigo',
  primaryShade: { light: 6, dark: 5 },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  fontFamily: 'Inter, ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, monospace',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
  components: {
    Paper: { styles: { root: { backgroundColor: 'var(--surface)' } } },
  },
});
