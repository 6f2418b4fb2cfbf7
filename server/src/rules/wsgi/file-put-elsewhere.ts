/** A file that a compose file or a Dockerfile puts where the nginx of an image does not read it, or reads it as something else. */
import type { SourceFile, Statement } from '../../syntax/statement.ts';
import { defineRule } from '../rule.ts';
import { tree } from './_examples.ts';

const COMPOSE = (volume: string): string =>
  `services:\n  nginx:\n    image: nginx:1.30\n    ports: ["80:80"]\n    volumes: ["./site.conf:${volume}:ro"]\n`;

const SITE = (mark = ''): string => `
  server {
${mark}    listen 80;
    server_name shop.example.com;
    root /usr/share/nginx/html;
}`;

const WHOLE = (mark = ''): string => `
  events {
${mark}}
http {${SITE()}
}`;

/** A main file that asks for some of the files of a folder. */
const MAIN = `events {}
http {
  include sites-enabled/*.conf;
}`;

/** Blocks of a main file, and those that are within http. */
const OF_MAIN: readonly string[] = ['events', 'http', 'stream', 'mail'];
const OF_HTTP: readonly string[] = ['server', 'location', 'upstream', 'map', 'geo', 'types'];

const firstOf = (file: SourceFile, names: readonly string[]): Statement | undefined =>
  file.body.find((s) => s.block && names.includes(s.name.value));

export default defineRule({
  id: 'file-put-elsewhere',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'File put where nginx does not read it',
  why: `
The nginx of an image starts with the main file of the image, and that one includes only the files of one folder: \`/etc/nginx/conf.d/*.conf\` in the
official images. A site that is mounted as \`sites-enabled/shop\` (a folder of Debian's package), or without \`.conf\` at its end, is read by nobody: the
container starts, and answers with the page "Welcome to nginx!".

A whole configuration, with \`events\` and \`http\`, belongs at the path of the main file: among the sites nginx refuses it. A file with no more than a
\`server\` is refused in the place of the main file.

Templates of the official image are put into \`/etc/nginx/templates\`: from there they are written to \`conf.d\` when the container starts.

A main file that includes \`sites-enabled/*.conf\` passes over a site there that is called \`shop\`.

Images that run commands of their own may move a file, and nothing is said about them.`,
  about: ['include', 'server', 'http', 'events'],
  references: ['https://hub.docker.com/_/nginx'],
  looksAt: { config: true },
  needs: 'config',
  messages: {
    unread: 'Nothing reads {path}: {image} starts with its own {main}, which includes {masks} only. Put this file to {wanted}.',
    passed: 'Nothing reads {path}: {main} includes {masks}, which does not fit this name. Call the file {wanted}, or include {folder}*.',
    refused: 'nginx does not start: {main} of {image} includes {path} within http, where "{name}" is not allowed. Put this file to {main}.',
    bare: 'nginx does not start: as {path} this is the main file, where "{name}" is not allowed. Put it to {wanted}, or write it within http, beside an events block.',
  },
  check({ config, report }) {
    const { misplaced, standIn, root } = config.tree;
    const file = config.tree.files.get(standIn?.file ?? root);
    if (!misplaced || !file) return;
    const { path, as, of: image, main: mainFile, masks, at } = misplaced;
    if (as === 'passed') {
      const site = firstOf(file, ['server']);
      // the ending that nginx asks for: "*.conf" of a path that ends so
      const ending = /\*(\.\w+)$/.exec(masks[0]!)?.[1];
      if (!site || !ending) return;
      report('passed', {
        at: { file: file.id, span: { start: site.name.start, end: site.name.end } },
        data: {
          path,
          main: mainFile,
          masks: masks.join(', '),
          wanted: path.replace(/^.*\//, '') + ending,
          folder: masks[0]!.replace(/[^/]*$/, ''),
        },
        related: [{ at, message: 'asks for other names' }],
      });
      return;
    }
    const [ofMain, ofHttp] = [firstOf(file, OF_MAIN), firstOf(file, OF_HTTP)];
    const statement = as === 'taken' ? ofMain : as === 'main' ? (ofMain ? undefined : ofHttp) : (ofMain ?? ofHttp);
    if (!statement) return;
    const name = path.replace(/^.*\//, '').replace(/(\.conf)?$/, '.conf');
    const folder = masks[0]?.replace(/[^/]*$/, '') ?? '/etc/nginx/conf.d/';
    const wanted =
      as === 'unread' && ofMain
        ? mainFile
        : path.endsWith('.template')
          ? `/etc/nginx/templates/${path.replace(/^.*\//, '')}`
          : folder + (as === 'main' ? 'default.conf' : name);
    if (as !== 'taken' && wanted === path) return;
    report(as === 'unread' ? 'unread' : as === 'taken' ? 'refused' : 'bare', {
      at: { file: file.id, span: { start: statement.name.start, end: statement.name.end } },
      data: { path, image, main: mainFile, masks: masks.join(', '), wanted, name: statement.name.value },
      related: [{ at, message: 'put there here' }],
    });
  },
  examples: [
    {
      bad: tree({ 'site.conf': SITE('# ^^^^^^ unread\n'), 'compose.yaml': COMPOSE('/etc/nginx/sites-enabled/shop') }),
      good: tree({ 'site.conf': SITE(), 'compose.yaml': COMPOSE('/etc/nginx/conf.d/shop.conf') }),
      notOn122: 'a site is no main file',
    },
    {
      bad: tree({ 'site.conf': WHOLE('# ^^^^^^ refused\n'), 'compose.yaml': COMPOSE('/etc/nginx/conf.d/default.conf') }),
      good: tree({ 'site.conf': WHOLE(), 'compose.yaml': COMPOSE('/etc/nginx/nginx.conf') }),
    },
    {
      bad: tree({ 'site.conf': SITE('# ^^^^^^ bare\n'), 'compose.yaml': COMPOSE('/etc/nginx/nginx.conf') }),
      good: tree({ 'site.conf': WHOLE(), 'compose.yaml': COMPOSE('/etc/nginx/nginx.conf') }),
      notOn122: 'a site is no main file',
    },
    {
      bad: tree({
        'site.conf': SITE('# ^^^^^^ unread\n'),
        Dockerfile: 'FROM nginx:1.30-alpine\nRUN rm /etc/nginx/conf.d/default.conf\nCOPY site.conf /etc/nginx/sites-available/shop.conf\n',
      }),
      good: tree({
        'site.conf': SITE(),
        Dockerfile:
          'FROM nginx:1.30-alpine\nRUN sed -i "s#conf.d/\\*.conf#sites-available/*#" /etc/nginx/nginx.conf\nCOPY site.conf /etc/nginx/sites-available/shop.conf\n',
      }),
      notOn122: 'a site is no main file',
    },
    {
      bad: tree({ 'etc/sites-enabled/shop': SITE('# ^^^^^^ passed\n'), 'etc/nginx.conf': MAIN }),
      good: tree({ 'etc/sites-enabled/shop.conf': SITE(), 'etc/nginx.conf': MAIN }),
      notOn122: 'a site is no main file',
    },
  ],
});
