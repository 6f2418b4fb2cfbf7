/** Names of servers and referers that are neither names nor masks (ngx_http_core_server_name, ngx_http_server_names, ngx_http_valid_referers). */

import { namedProtocols } from '../../answers/which-socket.ts';
import type { Config } from '../../config/config.ts';
import type { Scope } from '../../config/scope.ts';
import { type Listener, listenersOf } from '../../config/servers.ts';
import type { Word } from '../../syntax/word.ts';
import { type Fix, fixOf, replace } from '../fix.ts';
import type { Report } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { HashKeys } from './_hash-keys.ts';
import { atClosing } from './_places.ts';
import { soundFact } from './_sound.ts';
import { swallowedAt } from './_structure.ts';

/** A referer that is compared as the name of a host. */
const isName = (value: string): boolean => !/^(?:|none|blocked|server_names|~.*)$/s.test(value);
/** Where the server is the default one anyway, the word does no harm. */
const isDefault = (server: Scope): boolean =>
  server.named('listen').some((d) => d.values.some((v) => v === 'default_server' || v === 'default'));
const beforeSlash = (value: string): string => value.replace(/\/.*$/s, '');

/** Parameters of listen that no host is called. */
const OF_LISTEN =
  /^(?:default_server|proxy_protocol|reuseport|http2|deferred|(?:backlog|rcvbuf|sndbuf|setfib|fastopen|ipv6only|so_keepalive)=.*)$/;

/** What only a regular expression has: its ends, groups, classes, what is escaped or may be repeated; an address of IPv6 has brackets alone. */
const isPattern = (name: string): boolean => /^\^|\$$|\\[.dw]|\(.*\)|\w[+?]|\[(?:\^|\w-\w).*\]/.test(name);

/** A variable that nginx has: another name is as likely what a script fills in. */
const isOwnVariable = ({ catalog }: Config, word: string): boolean => {
  const written = /^\$\{?(\w+)\}?$/.exec(word)?.[1];
  const name = written?.toLowerCase();
  // in capitals it is a variable of the environment, which a script fills in; nor does a name stand for itself
  return name !== undefined && written === name && name !== 'hostname' && name !== 'server_name' && catalog.variable(name, 'http') !== null;
};

export default defineRule({
  id: 'invalid-server-name',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Invalid server name or referer',
  why: `
A mask has its asterisk as the first or the last label only: "*.example.com", "www.example.*", and ".example.com" for the name and all below
it. Anything else with an asterisk needs a regular expression. nginx finds some wrong masks only when a socket has more than one server.`,
  about: ['server_name', 'valid_referers'],
  looksAt: [{ directive: ['server_name', 'valid_referers'] }, { config: true }],
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    invalid: 'Server name "{name}" is invalid. A mask begins with "*." or ends in ".*".',
    slash: 'Server name "{name}" has suspicious symbols: a name has no scheme and no path.',
    comma: 'Server name "{name}" matches no request: the comma is part of it. Names are separated by spaces. Remove the comma.',
    space: 'Server name "{name}" matches no request: between quotes it is one name with a space in it. Remove the quotes.',
    parameter: '"{name}" is a parameter of listen, and here a name that no client asks for. Move it to the listen line.',
    pattern: 'Server name "{name}" matches no request: a regular expression begins with "~". Write "~{name}".',
    variable: 'Server name "{name}" matches no request: of all variables server_name knows $hostname alone. Write the name itself.',
    alone:
      'Server name "{name}" matches no request, and nginx refuses it as soon as another server shares the socket: "*" may be the first or the last label only.',
    mask: 'Invalid server name or wildcard "{name}" on {address}. "*" may be the first or the last label only.',
    referer: 'Invalid hostname or wildcard "{name}". "*" may be the first or the last label only.',
    empty: 'Invalid referer "": the value is empty.',
    twice: 'Conflicting parameter "{name}": it is a duplicate.',
    names: 'Conflicting parameter "{name}": the server has this name, and it is listed or given twice. Keep one.',
    nobody: 'The "none" or "blocked" referers are specified in the "valid_referers" directive without any valid referer. Add a name.',
  },
  check({ config, directive, file, report }) {
    const withoutComma = (word: Word): Fix | null =>
      /^[\w.*-]+,$/.test(word.raw)
        ? fixOf('Remove the comma', 'suggestion', file, [replace({ start: word.end - 1, end: word.end }, '')])
        : null;
    if (!directive) {
      masks(config, (message, r) => report(message, r));
      return;
    }
    if (soundFact(directive)?.source !== 'oss') return;
    if (directive.name === 'server_name') {
      // to mail it is a name that greetings say
      if (directive.scope.context.startsWith('mail')) return;
      // the words of a line that lost its semicolon are no names, and are reported there
      const end = swallowedAt(directive) ?? directive.args.length;
      for (const [i, word] of directive.args.entries()) {
        const name = word.value;
        const star = name.startsWith('*') && (name.length < 3 || name[1] !== '.');
        if (star || name === '.') report('invalid', { at: word, data: { name } });
        else if (name.startsWith('~') || i >= end) continue;
        else if (name.includes('/')) report('slash', { at: word, data: { name }, severity: 'warning' });
        else if (name.includes(',')) report('comma', { at: word, data: { name }, severity: 'warning', fix: withoutComma(word) });
        else if (OF_LISTEN.test(name))
          report('parameter', { at: word, data: { name }, severity: isDefault(directive.scope) ? 'info' : 'warning' });
        else if (/\S\s+\S/.test(name)) report('space', { at: word, data: { name }, severity: 'warning' });
        else if (isOwnVariable(config, name)) report('variable', { at: word, data: { name }, severity: 'warning' });
        else if (isPattern(name))
          report('pattern', {
            at: word,
            data: { name },
            severity: 'warning',
            fix:
              word.raw === name
                ? fixOf('Write "~" in front of it', 'suggestion', file, [replace({ start: word.start, end: word.start }, '~')])
                : null,
          });
      }
      return;
    }
    const keys = new HashKeys();
    const lines = directive.scope.named('valid_referers');
    for (const before of lines.slice(0, lines.indexOf(directive)))
      for (const value of before.values) if (isName(value)) keys.add(beforeSlash(value));
    let names = 0;
    let wide = 0;
    for (const word of directive.args) {
      const { value } = word;
      if (value === '') {
        report('empty', { at: word });
        return;
      }
      if (value === 'none' || value === 'blocked') wide++;
      else names++;
      if (!isName(value)) continue;
      const host = beforeSlash(value);
      const added = keys.add(host);
      if (added === 'invalid') report('referer', { at: word, data: { name: host } });
      if (added === 'taken') report('twice', { at: word, data: { name: value } });
    }
    const server = directive.scope.enclosing('server');
    const own = lines.at(-1) === directive ? lines.flatMap((d) => d.args).find((w) => w.value === 'server_names') : undefined;
    if (server && own)
      // the server's names join the list when the block is left
      for (const name of server.named('server_name').flatMap((d) => d.values))
        if (!name.startsWith('~') && keys.add(name) === 'taken') {
          const at = lines.find((d) => d.args.includes(own)) ?? directive;
          report('names', { at: at.at(own), data: { name }, related: atClosing(directive.scope) });
          break;
        }
    const first = directive.scope.named('valid_referers')[0] === directive;
    const all = directive.scope.named('valid_referers').flatMap((d) => d.values);
    if (first && wide && names === 0 && all.every((v) => v === 'none' || v === 'blocked'))
      report('nobody', { at: directive.statement.name });
  },
  examples: [
    { inside: 'server', bad: '    server_name *;\n#               ^ invalid', good: '    server_name *.example.com;' },
    { inside: 'server', bad: '    server_name example.com/;\n#               ^^^^^^^^^^^^ slash', good: '    server_name example.com;' },
    {
      inside: 'http',
      bad: '    server { listen 8080; server_name www.*.com; }\n#                                     ^^^^^^^^^ mask\n    server { listen 8080; server_name b; }',
      good: '    server { listen 8080; server_name *.com; }\n    server { listen 8080; server_name b; }',
    },
    {
      inside: 'server',
      bad: '    server_name example.com, www.example.com;\n#               ^^^^^^^^^^^^ comma',
      good: '    server_name example.com www.example.com;',
    },
    {
      inside: 'server',
      bad: '    server_name _ default_server;\n#                 ^^^^^^^^^^^^^^ parameter',
      good: '    listen 8080 default_server;\n    server_name _;',
    },
    {
      inside: 'server',
      bad: '    server_name "example.com www.example.com";\n#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ space',
      good: '    server_name example.com www.example.com;',
    },
    {
      inside: 'server',
      bad: '    server_name ^(www\\.)?example\\.com$;\n#               ^^^^^^^^^^^^^^^^^^^^^^ pattern',
      good: '    server_name ~^(www\\.)?example\\.com$;',
    },
    { inside: 'server', bad: '    server_name $host;\n#               ^^^^^ variable', good: '    server_name $hostname;' },
    {
      inside: 'server',
      bad: '    server_name app.*.example.com;\n#               ^^^^^^^^^^^^^^^^^ alone',
      good: '    server_name ~^app\\.[^.]+\\.example\\.com$;',
    },
    { inside: 'location', bad: '    valid_referers a*b;\n#                  ^^^ referer', good: '    valid_referers *.b;' },
    {
      inside: 'location',
      bad: '    valid_referers none blocked;\n#   ^^^^^^^^^^^^^^ nobody',
      good: '    valid_referers none blocked server_names;',
    },
  ],
});

/** ngx_http_server_names builds tables only where they are needed: then every name must be one. */
function masks(config: Config, report: (message: 'mask' | 'alone', report: Report) => void): void {
  const said = new Set<unknown>();
  const all = namedProtocols(config).flatMap((p) => listenersOf(config, p));
  const isTable = ({ defaultServer, servers }: Listener): boolean =>
    servers.length > 1 || !!defaultServer.names.filter((n) => n.kind === 'regex').at(-1)?.regex?.groups;
  // what nginx refuses is said first, of a server that is alone on another socket as well
  for (const listener of [...all.filter(isTable), ...all.filter((l) => !isTable(l))])
    for (const server of listener.servers)
      for (const name of server.names) {
        if (!name.directive || name.kind === 'regex' || !soundFact(name.directive)) continue;
        const word = name.directive.args[name.argument]!;
        if (said.has(word) || name.text === '' || name.text === '.' || /^\*(?!\.)/.test(name.text)) continue;
        if (new HashKeys().add(name.text) !== 'invalid') continue;
        said.add(word);
        const at = name.directive.at(word);
        if (isTable(listener)) report('mask', { at, data: { name: name.text, address: listener.text } });
        else report('alone', { at, data: { name: name.text }, severity: 'warning' });
      }
}
