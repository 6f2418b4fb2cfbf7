/** Paths of cookies that proxy_cookie_path moves to where no request of the location goes. Shown by an answer that sets one. */
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

/** Whether a browser sends a cookie of that path with a request for another (RFC 6265, section 5.1.4). */
const covers = (cookie: string, path: string): boolean =>
  cookie === path || (path.startsWith(cookie) && (cookie.endsWith('/') || path[cookie.length] === '/'));

export default defineRule({
  id: 'cookie-path-elsewhere',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Cookies moved to a path that is not requested',
  why: `
A browser sends a cookie back to paths below its \`Path\` only. When \`proxy_cookie_path\` writes a path in which the location does not lie, the session that the application has begun is lost with the next request: users log in again and again.

The second value is the prefix that clients use, the first one the path that the application knows: \`proxy_cookie_path / /shop/;\` in \`location /shop/\`.`,
  about: ['proxy_cookie_path', 'proxy_pass'],
  references: ['https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4'],
  looksAt: {
    outcome: ['proxy_pass'],
    somewhere: ['proxy_cookie_path'],
    when: ({ scope, location }) => location?.kind === 'prefix' && scope.effective('proxy_cookie_path').directives.length > 0,
  },
  needs: 'config',
  messages: {
    moved:
      'A cookie of the application with Path={was} gets Path={path}, and browsers do not send it to {name}: the session is lost. Make the second value a prefix of {name}.',
  },
  check({ spot, report }) {
    const lines = spot.scope.effective('proxy_cookie_path').directives;
    const name = spot.location!.name;
    const first = spot.ask({});
    const asked = first.outcome.upstreamRequest;
    if (!asked || first.outcome.kind !== 'proxy') return;
    // where the application believes to be: its root, or the path that it is asked by
    const below = /^(\/[^/?]+)\//.exec(asked.uri)?.[1];
    for (const was of [
      '/',
      ...(below && below !== name.replace(/\/$/, '')
        ? lines.some((d) => d.value(0).endsWith('/') && d.value(0) !== '/')
          ? [`${below}/`]
          : [below]
        : []),
    ]) {
      const trace = spot.ask({}, { upstream: { status: 200, headers: [['Set-Cookie', `session=1; Path=${was}`]] } });
      const cookie = trace.outcome.responseHeaders.find(([n]) => n.toLowerCase() === 'set-cookie')?.[1];
      const path = /; Path=([^;]*)/i.exec(cookie ?? '')?.[1];
      if (cookie === undefined || path === undefined || path === was || covers(path, name) || covers(path, `${name.replace(/\/$/, '')}/`))
        continue;
      report('moved', { at: lines[0]!.at(), data: { was, path, name }, witness: proofOf(trace, `Set-Cookie: ${cookie}`) });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /shop/ {
    proxy_cookie_path / /store/;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ moved
    proxy_pass http://127.0.0.1:8000/;
}`,
      good: `location /shop/ {
    proxy_cookie_path / /shop/;
    proxy_pass http://127.0.0.1:8000/;
}`,
      witness: {
        request: 'GET http://www.example.test/shop/users',
        outcome: 'Set-Cookie: session=1; Path=/store/',
        meant: '`Set-Cookie: session=1; Path=/shop/`',
      },
    },
    {
      inside: 'server',
      good: `location / {
    proxy_cookie_path /backend/ /;
    proxy_pass http://127.0.0.1:8000/backend/;
}`,
    },
  ],
});
