/**
 * Where configuration management and scripts put files of a project: file resources of Puppet, template and cookbook_file of Chef, states of Salt, modules of
 * NixOS, commands of a shell that copy and link. Small recognisers of literal words, each linear in its text. Pure: nothing is run, and no variable is
 * followed but the one that names nginx's folder.
 */
import picomatch from 'picomatch';
import { basename, dirname, type FileId, isBelow, pathOf, relativePath, resolve } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';
import { child, scalarText, type YamlValue, yamlDocuments } from '../deploy/yaml-text.ts';
import { withoutMarks } from './embedded.ts';
import {
  clean,
  deployedPath,
  FOLDER_NAME,
  filesCalled,
  type Known,
  NGINX_FOLDERS,
  nearestPlace,
  type Placed,
  there,
  upTo,
  type Written,
} from './places.ts';

export type Provisioner = 'puppet' | 'chef' | 'salt' | 'nix' | 'script';

/** What one text puts where, and what it links to another path of the deployed system. */
export interface Laid {
  readonly placed: Placed[];
  readonly links: { readonly from: string; readonly to: string; readonly at: Place }[];
}

/** Characters of a text that are read, and files that it may lay down. */
const MAX_LENGTH = 512 * 1024;
const MAX_LAID = 500;
/** Masks of one script that are looked up among the project's files. */
const MAX_MASKS = 50;

const SCRIPT = /(^|\/)([^/]+\.(sh|bash)|(Vagrant|Make|just)file|\.gitlab-ci\.ya?ml|\.github\/workflows\/[^/]+\.ya?ml)$/i;

/** By which of them a file is written, by its path; null for all others. */
export function provisionerOf(path: string): Provisioner | null {
  if (path.endsWith('.pp')) return 'puppet';
  if (/(^|\/)(recipes|resources|providers|definitions)\/[^/]+\.rb$/.test(path)) return 'chef';
  if (path.endsWith('.sls')) return 'salt';
  if (path.endsWith('.nix')) return 'nix';
  return SCRIPT.test(path) ? 'script' : null;
}

/** What a text of that kind lays down of the project's files, at their paths of the deployed system. Throws what the YAML reader throws. */
export function laidBy(kind: Provisioner, file: FileId, text: string, known: Known): Laid {
  const laid: Laid = { placed: [], links: [] };
  if (text.length <= MAX_LENGTH) READERS[kind]({ file, text, known, laid });
  // a large script that has nothing to do with nginx is nobody's loss
  else if (text.includes('/nginx/')) known.unread?.(file, `it holds more than ${MAX_LENGTH / 1024} K characters`);
  return laid;
}

/**
 * The paths of the files that one text writes. A script may write them to a folder of its own first (`conf.d/site.conf`, `$OUT/nginx.conf`): where several
 * are in one, that is taken for the folder of nginx's configuration.
 */
export function writtenTo(parts: readonly Written[]): Placed[] {
  const all = parts.flatMap(({ target, ...rest }) => (target === null ? [] : [{ ...rest, target }]));
  const absolute = all.filter(({ target }) => target.startsWith('/'));
  const out = absolute.map(({ file, target, at }): Placed => ({ inside: clean(target), file, at }));
  const relative = all.filter(({ target }) => !target.startsWith('/'));
  if (relative.length < 2 || absolute.some(({ main }) => main)) return out;
  const main = relative.find((r) => r.main || /(^|\/)nginx\.conf$/.test(r.target))?.target;
  const home =
    main === undefined
      ? relative.flatMap(
          (r) => /^(.*?)(?:(?:conf|http|stream)\.d|sites-(?:available|enabled)|snippets)\/[^/]+$/.exec(r.target)?.[1] ?? [],
        )[0]
      : main.slice(0, main.lastIndexOf('/') + 1);
  if (home === undefined) return out;
  for (const { file, target, at } of relative)
    if (target.startsWith(home)) out.push({ inside: clean(`/etc/nginx/${target.slice(home.length)}`), file, at });
  return out;
}

interface Job {
  readonly file: FileId;
  readonly text: string;
  readonly known: Known;
  readonly laid: Laid;
}

/** A file at a path that is one of nginx's: everything else is somebody else's. */
function put({ laid }: Job, inside: string, file: FileId | null, at: Place): void {
  const path = clean(inside);
  if (file && NGINX_FOLDERS.test(path) && laid.placed.length < MAX_LAID) laid.placed.push({ inside: path, file, at });
}

/** That one path of the system leads to another. */
function link({ laid }: Job, from: string, to: string, at: Place): void {
  if (laid.links.length < MAX_LAID) laid.links.push({ from: clean(from), to: clean(to), at });
}

/** What is laid down, and the same at each path that a link leads from. */
export function linked({ placed, links }: Laid): Placed[] {
  const out = [...placed];
  for (const { from, to, at } of links) {
    // which of the files of a folder a variable names nobody knows
    const file = to.includes('{{') ? out.find((p) => p.inside === to)?.file : nearestPlace(out, to);
    if (file) out.push({ inside: from, file, at });
  }
  return out;
}

/** The first of these that there is. */
const firstOf = (known: Known, ids: readonly FileId[]): FileId | null => ids.find((id) => there(id, known)) ?? null;

// Puppet.

const PUPPET_WORD = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|=>|::|[:;,[\](){}]|[\w$.]+|#[^\n]*/g;
/** Characters of one resource. */
const MAX_RESOURCE = 8000;

/** `file { '/etc/nginx/conf.d/a.conf': source => 'puppet:///modules/site/a.conf' }`, also several in one, and with their titles in a list. */
function puppet(job: Job): void {
  const { file, text } = job;
  const opener = /(?<![\w:'"$])file\s*\{/g;
  for (let m = opener.exec(text); m; m = opener.exec(text)) {
    const { index } = m;
    const start = index + m[0].length;
    const resource = text.slice(start, start + MAX_RESOURCE);
    let depth = 0;
    let titles: string[] = [];
    let strings: string[] = [];
    let attribute: string | null = null;
    let before = '';
    let attributes = new Map<string, { call: string; value: string }>();
    let call = '';
    const end = (): void => {
      for (const title of titles) puppetFile(job, title, attributes, { file, span: { start: index, end: start } });
      titles = [];
      strings = [];
      attributes = new Map();
      attribute = null;
    };
    for (const { 0: word, 1: single, 2: double, index: at } of resource.matchAll(PUPPET_WORD)) {
      // one resource is in no other
      opener.lastIndex = start + at + word.length;
      const value = single ?? double;
      if (value !== undefined) {
        if (attribute === null) strings.push(value);
        else if (!attributes.has(attribute)) attributes.set(attribute, { call, value });
      } else if (word === '}' && depth === 0) break;
      else if (/[([{]/.test(word)) {
        depth++;
        if (word === '(') call = before;
      } else if (/[)\]}]/.test(word)) depth--;
      else if (word === '=>' && depth === 0) {
        attribute = before;
        call = '';
      } else if (word === ',' && depth === 0) attribute = null;
      else if (word === ':' && depth === 0) {
        titles = strings;
        strings = [];
      } else if (word === ';' && depth === 0) end();
      before = word;
    }
    end();
  }
}

const PUPPET_VARIABLE = /\$\{([^{}]*)\}|\$((?:::)?\w+(?:::\w+)*)/g;
const inPuppet = (path: string): string | null =>
  deployedPath(path.replace(PUPPET_VARIABLE, (_, braced: string | undefined, plain: string) => `{{${braced ?? plain}}}`));

function puppetFile(job: Job, title: string, attributes: ReadonlyMap<string, { call: string; value: string }>, at: Place): void {
  const path = inPuppet(attributes.get('path')?.value ?? title);
  if (path === null) return;
  const [source, content, target] = ['source', 'content', 'target'].map((name) => attributes.get(name));
  if (source) put(job, path, inModule(job, source.value.replace(/^puppet:\/\/[^/]*\/(?:modules\/)?/, ''), 'files'), at);
  else if (content && /^(template|epp)$/.test(content.call)) put(job, path, inModule(job, content.value, 'templates'), at);
  else if (content?.call === 'file') put(job, path, inModule(job, content.value, 'files'), at);
  else if (target) link(job, path, inPuppet(target.value) ?? '', at);
}

/** A file by a path of the machine that the project lies on, such as `/vagrant/templates/site.erb`: the longest end of it that there is. */
function atEndOf({ file, known }: Job, path: string): FileId | null {
  const names = path.split('/').slice(1, 10);
  const bases = upTo(dirname(file), known.boundary);
  for (let from = 0; from < names.length; from++) {
    const found = firstOf(
      known,
      bases.map((base) => resolve(base, `./${names.slice(from).join('/')}`)),
    );
    if (found) return found;
  }
  return null;
}

/** `site/nginx/a.conf` in the folder of that module; a repository that is one module is called like its author and the module. */
function inModule(job: Job, name: string, folder: 'files' | 'templates'): FileId | null {
  const { file, known } = job;
  if (name.startsWith('/')) return atEndOf(job, name);
  const [module = '', ...rest] = name.split('/');
  const path = rest.join('/');
  if (!path) return null;
  const own = upTo(dirname(file), known.boundary);
  const manifests = own.find((base) => basename(base) === 'manifests');
  const mine = manifests ? firstOf(known, [resolve(dirname(manifests), `./${folder}/${path}`)]) : null;
  if (/^\$\{?module_name\}?$/.test(module)) return mine;
  const near = own.flatMap((base) => [
    resolve(base, `./${module}/${folder}/${path}`),
    resolve(base, `./modules/${module}/${folder}/${path}`),
    ...(new RegExp(`(^|-)${module.replace(/\W/g, '\\$&')}$`).test(basename(base)) ? [resolve(base, `./${folder}/${path}`)] : []),
  ]);
  const found = firstOf(known, near);
  if (found) return found;
  const ending = `/${module}/${folder}/${path}`;
  for (const id of filesCalled(lastOf(path), known)) if (pathOf(id).endsWith(ending)) return id;
  return mine;
}

// Chef.

/** A text in quotes, `File.join` of some, or a name. */
const RUBY_VALUE = String.raw`"[^"\n]*"|'[^'\n]*'|File\.join\([^()\n]*\)|[a-z_]\w*(?:\.\w+|\[[^\][\n]*\])*`;

const CHEF_RESOURCE = new RegExp(
  String.raw`^([ \t]*)(template|cookbook_file|link)(?:[ \t]+|[ \t]*\([ \t]*)(${RUBY_VALUE})[ \t]*\)?[ \t]*do\b`,
  'gm',
);

/** A path of Ruby with `{{…}}` for what is no text. */
function inRuby(value: string): string {
  const joined = /^File\.join\((.*)\)$/.exec(value)?.[1];
  if (joined !== undefined)
    return (joined.match(new RegExp(RUBY_VALUE, 'g')) ?? []).map((part) => inRuby(part).replace(/\/$/, '')).join('/');
  return /^["']/.test(value) ? value.slice(1, -1).replace(/#\{([^{}]*)\}/g, '{{$1}}') : `{{${value}}}`;
}

/** `template '/etc/nginx/sites-available/app' do source 'app.conf.erb' end`, `cookbook_file`, `link`. */
function chef(job: Job): void {
  const { file, text, known } = job;
  const root = upTo(dirname(file), known.boundary).find((base) => /^(recipes|resources|providers|definitions)$/.test(basename(base)));
  const cookbook = root ? dirname(root) : dirname(file);
  for (const m of text.matchAll(CHEF_RESOURCE)) {
    const [, indent = '', kind = '', name = ''] = m;
    if (job.laid.placed.length + job.laid.links.length >= MAX_LAID) break;
    const start = m.index + m[0].length;
    const rest = text.slice(start, start + MAX_RESOURCE);
    const close = new RegExp(`^[ \\t]{0,${indent.length}}end\\b`, 'm').exec(rest);
    const body = rest.slice(0, close?.index ?? rest.length);
    const own = (attribute: string): string | undefined => {
      const value = new RegExp(`^[ \\t]*${attribute}[ \\t]*\\(?[ \\t]*(${RUBY_VALUE})`, 'm').exec(body)?.[1];
      return value === undefined ? undefined : inRuby(value);
    };
    const path = deployedPath(own(kind === 'link' ? 'target_file' : 'path') ?? inRuby(name));
    const at: Place = { file, span: { start: m.index, end: start } };
    if (path === null) continue;
    if (kind === 'link') {
      const to = deployedPath(own('to') ?? '');
      if (to) link(job, path, to, at);
      continue;
    }
    const source = own('source') ?? `${path.slice(path.lastIndexOf('/') + 1)}${kind === 'template' ? '.erb' : ''}`;
    if (source.includes('{{')) continue;
    const other = own('cookbook');
    const home = other === undefined ? cookbook : resolve(dirname(cookbook), `./${other}`);
    const folder = kind === 'template' ? 'templates' : 'files';
    put(job, path, firstOf(known, [resolve(home, `./${folder}/default/${source}`), resolve(home, `./${folder}/${source}`)]), at);
  }
}

// Salt.

/** Names that a state file sets to a text, and what stands for them. */
function settled(text: string): (value: string) => string {
  const set = new Map([...text.matchAll(/\{%-?\s*set\s+(\w+)\s*=\s*(["'])([^"'\n]*)\2\s*-?%\}/g)].map((m) => [m[1]!, m[3]!]));
  return (value) => value.replace(/\{\{-?\s*(\w+)\s*-?\}\}/g, (mark, name: string) => set.get(name) ?? mark);
}

/** `file.managed`, `file.recurse` and `file.symlink` of a state file, by their names or the ids of their states. */
function salt(job: Job): void {
  const { file, text, known } = job;
  const said = settled(text);
  const inSalt = (path: string): string | null => (path.includes('{%') ? null : deployedPath(said(path)));
  for (const document of yamlDocuments(file, withoutMarks(text), true)) {
    if (document.kind !== 'map') continue;
    for (const { keyPlace, value } of document.entries) {
      const id = text.slice(keyPlace.span.start, keyPlace.span.end).replace(/^["']|["']$/g, '');
      if (value.kind !== 'map') continue;
      for (const { key, value: state } of value.entries) {
        const items = state.kind === 'list' ? state.items : [];
        const called = key === 'file' ? scalarText(items.find((i) => i.kind === 'scalar'))?.text : /^file\.(\w+)$/.exec(key)?.[1];
        if (called !== 'managed' && called !== 'recurse' && called !== 'symlink') continue;
        const own = (name: string): string[] => {
          const found = items.map((i) => child(i, name)).find((v) => v !== undefined);
          const all: readonly YamlValue[] = found?.kind === 'list' ? found.items : found ? [found] : [];
          return all.flatMap((v) =>
            v.kind === 'scalar' ? [text.slice(v.place.span.start, v.place.span.end).replace(/^["']|["']$/g, '')] : [],
          );
        };
        const path = inSalt(own('name')[0] ?? id);
        if (path === null) continue;
        if (called === 'symlink') {
          const to = inSalt(own('target')[0] ?? '');
          if (to) link(job, path, to, keyPlace);
          continue;
        }
        const found = own('source')
          .map((source) => inTree(file, said(source), known))
          .find((id) => id !== null);
        put(job, path, found ?? null, keyPlace);
      }
    }
  }
}

/** `salt://nginx/files/a.conf`: from the root of the states, which is some folder above. */
function inTree(file: FileId, source: string, known: Known): FileId | null {
  const path = /^salt:\/\/([^?]+)/.exec(source)?.[1]?.replace(/\/+$/, '');
  if (path === undefined) return null;
  const here = path.replace(/^\{\{-?\s*(?:slspath|tpldir|sls_path)\s*-?\}\}\//, '');
  if (here !== path) return firstOf(known, [resolve(dirname(file), `./${here}`)]);
  // a formula's own root is some folder above, too
  const below = path.replace(/^\{\{-?\s*tplroot\s*-?\}\}\//, '');
  if (/[{}]/.test(below)) return null;
  return firstOf(
    known,
    upTo(dirname(file), known.boundary).map((base) => resolve(base, `./${below}`)),
  );
}

// NixOS.

const NIX_FILE = String.raw`(?:\(?\s*(?:builtins|lib|lib\.strings)\.(?:readFile|fileContents)\s+)?(\.{1,2}\/[\w.+/-]+)`;

/** `environment.etc."nginx/a.conf".source = ./a.conf`, also in sets and read with readFile, and `services.nginx.config`. */
function nix(job: Job): void {
  const { file, text, known } = job;
  const found = (source: string): FileId | null => firstOf(known, [resolve(dirname(file), source)]);
  const place = (m: RegExpExecArray): Place => ({ file, span: { start: m.index, end: m.index + m[0].length } });
  if (text.includes('environment.etc'))
    for (const m of text.matchAll(
      new RegExp(
        String.raw`"((?:nginx|angie|openresty)/[^"\n$]+|nginx)"\s*(?:\.(?:source|text)\s*=|=\s*\{[^{}]{0,600}?\b(?:source|text)\s*=)\s*${NIX_FILE}`,
        'g',
      ),
    ))
      put(job, `/etc/${m[1]}`, found(m[2]!), place(m));
  for (const m of text.matchAll(new RegExp(String.raw`\bservices\.nginx\.(?:config|configFile)\s*=\s*${NIX_FILE}`, 'g')))
    put(job, '/etc/nginx/nginx.conf', found(m[1]!), place(m));
  for (const m of text.matchAll(/\bservices\.nginx\s*=\s*\{/g)) {
    const body = text.slice(m.index + m[0].length, m.index + m[0].length + MAX_RESOURCE);
    const own = new RegExp(String.raw`^[^{}]*?(?<![\w.])(?:config|configFile)\s*=\s*${NIX_FILE}`).exec(body);
    if (own) put(job, '/etc/nginx/nginx.conf', found(own[1]!), place(m));
  }
}

// Commands of a shell.

const COMMAND = /(?<![\w./-])(cp|mv|install|ln|rsync|scp)[ \t]+((?:"[^"\n]*"|'[^'\n]*'|[^\n;&|#"'])+)/g;
const WORD = /(?:"[^"]*"|'[^']*'|[^\s"'])+/g;
/** Options that the next word belongs to. */
const TAKES = /^-(?:[mogtSe]|-mode|-owner|-group|-suffix|-rsh)$/;

/** `cp deploy/site.conf /etc/nginx/conf.d/`, and what is linked or copied from one place of the system to another. */
function script(job: Job): void {
  const { file, known } = job;
  const text = job.text.replace(/\\\r?\n/g, (all) => ' '.repeat(all.length));
  const bases = upTo(dirname(file), known.boundary);
  let masks = 0;
  for (const m of text.matchAll(COMMAND)) {
    const at: Place = { file, span: { start: m.index, end: m.index + m[0].trimEnd().length } };
    const words: string[] = [];
    let into: string | null = null;
    const all = (m[2]!.match(WORD) ?? []).map((word) => word.replace(/["']/g, ''));
    for (let i = 0; i < all.length && words.length < 50; i++) {
      const word = all[i]!;
      if (TAKES.test(word)) {
        i++;
        if (word === '-t') into = all[i] ?? null;
      } else if (!word.startsWith('-')) words.push(word);
    }
    const target = (into ?? words.pop())
      ?.replace(/^[\w.@${}-]+:(?=\/)/, '')
      .replace(/^\$\{?NGINX_?(?:CONF|CONFIG|ETC|ROOT)?_?(?:DIR|PATH|HOME|ROOT)?\}?(?=\/)/i, '/etc/nginx');
    if (!target?.startsWith('/') || /[$*?`]/.test(target)) continue;
    const [only, ...others] = words;
    // a site called `app` is put to the place of that name
    const named = FOLDER_NAME.test(target) && !(only !== undefined && lastOf(only) === lastOf(target));
    const inFolder = into !== null || target.endsWith('/') || others.length > 0 || named;
    for (const word of words) {
      const to = clean(inFolder ? `${target}/${lastOf(word)}` : target);
      if (NGINX_FOLDERS.test(word)) {
        if (NGINX_FOLDERS.test(to) && !/[$*?]/.test(word)) link(job, to, word, at);
        continue;
      }
      // where the script lies, or is called from, is in front of a path as often as not
      const source = word.replace(/^(?:\$\{?\w+(?:[:%#][^}]*)?\}?|\$\([^)]*\)|~|\.)\//, '').replace(/^\.\//, '');
      if (/^\/|[$`]/.test(source)) continue;
      if (/[*?[]/.test(source)) {
        if (++masks > MAX_MASKS) continue;
        const matches = picomatch(source);
        for (const base of bases) {
          const found = [...known.files].filter((f) => isBelow(f, base) && matches(relativePath(f, base)));
          for (const f of found) put(job, `${target}/${basename(f)}`, f, at);
          if (found.length) break;
        }
        continue;
      }
      const found = firstOf(
        known,
        bases.map((base) => resolve(base, `./${source}`)),
      );
      if (!found) continue;
      // of a folder its contents are copied where the words say so
      if (known.files.has(found)) put(job, to, found, at);
      else if (/\/\.?$/.test(word)) put(job, target, found, at);
    }
  }
}

/** The last part of a path of the deployed system. */
const lastOf = (path: string): string => path.replace(/\/+$/, '').replace(/^.*\//, '');

const READERS: { readonly [kind in Provisioner]: (job: Job) => void } = table({ puppet, chef, salt, nix, script });
