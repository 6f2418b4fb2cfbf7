/** The relatives of nginx and the ways it is built, once: types, settings, options and what editors show come from here. */
import { table } from '../base/table.ts';

/** Which server reads the files, with what people call it. */
export const FLAVOURS = table({
  oss: 'nginx, open source',
  plus: 'NGINX Plus',
  openresty: 'OpenResty',
  angie: 'Angie',
} as const);
export type Flavour = keyof typeof FLAVOURS;

/** Who made the binary, with what that means for its modules. */
export const BUILDS = table({
  any: 'Every known module is taken to be there.',
  plain: 'Built from source without options.',
  debian: 'As Debian and Ubuntu package it.',
  official: 'The packages and images of nginx.org.',
  openresty: 'OpenResty.',
  angie: 'Angie.',
  plus: 'NGINX Plus.',
} as const);
export type Build = keyof typeof BUILDS;
