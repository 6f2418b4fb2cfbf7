/** `try_files … @x` and `error_page … @x` where the server has no such location: nginx finds out when a request needs it, and answers 500. */
import { locationsOf, namedLocation } from '../../config/locations.ts';
import { unseenIn } from '../../config/open.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { nearest } from '../validity/_guess.ts';

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
    unknown: 'This server has no location {name}: a request that comes to it gets 500. Declare it in this server.',
    guess: 'This server has no location {name}: a request that comes to it gets 500. Did you mean "{guess}"?',
  },
  check({ directive, config, report }) {
    const word = directive.args.at(-1);
    const server = directive.scope.enclosing('server');
    if (!word || word.templated || !/^@[^$]/.test(word.value) || !server || namedLocation(server, word.value)) return;
    // only lines of its own block bring a server a location
    if (!config.whole || unseenIn(server).some((u) => u.only === null)) return;
    const guess = nearest(word.value, locationsOf(server).named.keys());
    report(guess ? 'guess' : 'unknown', {
      at: word,
      data: { name: word.value, guess: guess ?? '' },
      fix: guess ? fixOf(`Change to "${guess}"`, 'suggestion', directive.file, [replace(word, guess)]) : null,
    });
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
  ],
});
