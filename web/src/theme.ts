import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

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

/** Greys of the dark scheme, with a little of the accent's blue. */
const dark: MantineColorsTuple = [
  '#e4e6ea',
  '#b8bcc4',
  '#8b919c',
  '#6b717c',
  '#4a505b',
  '#343944',
  '#22262d',
  '#1c1f25',
  '#15171c',
  '#101216',
];

export const theme = createTheme({
  colors: { indigo, dark },
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
    Modal: { styles: { header: { backgroundColor: 'var(--surface)' }, title: { fontWeight: 650 } } },
    Accordion: { styles: { item: { backgroundColor: 'var(--surface)' } } },
    Drawer: { styles: { header: { backgroundColor: 'var(--surface)' }, title: { fontWeight: 650 } } },
  },
});

/** Ground, boxes upon it, and texts: dimmed ones and links have a contrast of more than 4.5 on both. */
export const colours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--surface': '#fff',
    '--mantine-color-body': '#fafafc',
    '--mantine-color-text': '#1b1f27',
    '--mantine-color-dimmed': '#5f6672',
    '--mantine-color-placeholder': '#6b7280',
    '--mantine-color-default-border': '#e1e4ea',
  },
  dark: {
    '--surface': '#1c1f25',
    '--mantine-color-body': '#15171c',
    '--mantine-color-text': '#e4e6ea',
    '--mantine-color-dimmed': '#a3a9b3',
    '--mantine-color-placeholder': '#8b919c',
    '--mantine-color-anchor': '#9aa6f6',
    '--mantine-color-default-border': '#343944',
    '--mantine-color-default': '#22262d',
    '--mantine-color-default-hover': '#2a2e37',
  },
});
