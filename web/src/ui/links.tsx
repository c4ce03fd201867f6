import {
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  NavLink,
  type NavLinkProps,
} from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactElement } from 'react';

type Attributes<Props> = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Props> & {
  ref?: React.Ref<HTMLAnchorElement>;
};

/** Mantine's looks on the router's links. */
export const TextLink = createLink((props: AnchorProps & Attributes<AnchorProps>): ReactElement => (
  <Anchor {...props} />
));
export const ButtonLink = createLink((props: ButtonProps & Attributes<ButtonProps>): ReactElement => (
  <Button component="a" {...props} />
));
export const NavigationLink = createLink((props: NavLinkProps & Attributes<NavLinkProps>): ReactElement => (
  <NavLink component="a" {...props} />
));
