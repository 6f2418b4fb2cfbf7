/** `try_files … @x` and `error_page … @x` where the server has no such location: nginx finds out when a request needs it, and answers 500. */
import { placesOf, sendsFiles } from '../../answers/where-a-line-counts.ts';
import { nearest } from '../../base/nearest.ts';
import type { Directive } from '../../config/directive.ts';
import { locationsOf, namedLocation } from '../../config/locations.ts';
import { unseenIn } from '../../config/open.ts';
import type { Scope } from '../../config/scope.ts';
import { serversOf } from '../../config/servers.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import type { Word } from '../../syntax/word.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Errors of nginx itself, wherever requests are passed on; others come of its files and guards, or of the application. */
const OF_NGINX = /^(?:400|408|41[34]|429|49\d|50\d)$/;

/** Whether an error of the line can come of a place: one of nginx's own, of its files, or one that it takes from the application. */
const arises = (line: Directive, at: Scope): boolean =>
  line.values.some((v) => OF_NGINX.test(v)) || sendsFiles(at) || INTERCEPTS.some((name) => at.value(name)?.value(0) === 'on');

const INTERCEPTS = ['proxy', 'fastcgi', 'uwsgi', 'scgi', 'grpc'].map((family) => `${family}_intercept_errors`);

export default defineRule({
  id: 'unknown-named-location',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Named location that does not exist',
  why: `
A named location belongs to the server whose block it is in. \`nginx -t\` does not look for it; a request that is sent there ends in 500 and "could not find named location" in the error log (ngx_http_named_location).

The rule is silent where the server includes files that are not at hand: they may declare it.`,
  about: ['try_files', 'error_page', 'location'],
  looksAt: { directive: ['try_files', 'error_page', 'post_action'] },
  needs: 'config',
  ofShape: true,
  fixable: 'sometimes',
  messages: {
    everywhere:
      'The server of {server} has no location {name}, and takes this line from the http block: there a request for which it counts ends in 500. Declare {name} in each server, or use a page.',
    unknown: 'This server has no location {name}: a request that comes to it gets 500. Declare it in this server.',
    guess: 'This server has no location {name}: a request that comes to it gets 500. Did you mean "{guess}"?',
  },
  check({ directive, config, report }) {
    const word = directive.args.at(-1);
    const server = directive.scope.enclosing('server');
    if (!word || word.templated || !/^@[^$]/.test(word.value)) return;
    if (directive.scope.context === 'http') return ofHttp(word);
    if (!server || namedLocation(server, word.value)) return;
    // only lines of its own block bring a server a location
    if (!config.whole || unseenIn(server).some((u) => u.only === null)) return;
    const guess = nearest(word.value, locationsOf(server).named.keys());
    report(guess ? 'guess' : 'unknown', {
      at: word,
      data: { name: word.value, guess: guess ?? '' },
      fix: guess ? fixOf(`Change to "${guess}"`, 'suggestion', directive.file, [replace(word, guess)]) : null,
    });

    /** A line for all servers, each of which needs the location. */
    function ofHttp(word: Word): void {
      if (!config.whole || directive.name !== 'error_page') return;
      const lacking = serversOf(config).find(
        ({ scope }) =>
          scope.enclosing('http') === directive.scope &&
          !unseenIn(scope).some((u) => u.only === null) &&
          namedLocation(scope, word.value) === null &&
          placesOf(directive).some((at) => (at === scope || at.enclosing('server') === scope) && arises(directive, at)) &&
          scope.all.some((d) => PASS_DIRECTIVES.includes(d.name)),
      );
      if (!lacking) return;
      report('everywhere', {
        at: word,
        data: { name: word.value, server: lacking.names.find((n) => n.text)?.text ?? lacking.listens[0]?.directive?.value(0) ?? '*:80' },
        related: lacking.scope.opener ? [{ at: lacking.scope.opener.nameAt, message: 'has no such location' }] : [],
      });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 8081;
    location / { try_files $uri @app; }
#                               ^^^^ unknown
}
server {
    listen 8082;
    location / { try_files $uri @app; }
    location @app { return 503; }
}`,
      good: `server {
    listen 8081;
    location / { try_files $uri @app; }
    location @app { return 503; }
}`,
    },
    {
      inside: 'server',
      bad: `error_page 502 @maintenence;
#              ^^^^^^^^^^^^ guess
location @maintenance { return 503; }`,
      good: `error_page 502 @maintenance;
location @maintenance { return 503; }`,
    },
    {
      inside: 'http',
      bad: `error_page 502 @down;
#              ^^^^^ everywhere
server {
    location / { proxy_pass http://127.0.0.1:8000; }
}`,
      good: `error_page 502 @down;
server {
    location / { proxy_pass http://127.0.0.1:8000; }
    location @down { return 503; }
}`,
    },
  ],
});
