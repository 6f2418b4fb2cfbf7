/**
 * Configurations for the differential test, from a seed: servers with all kinds of names, locations of all kinds and nestings, rewrites, ifs,
 * maps, files, backends and header directives on all levels. Every text is one that nginx accepts.
 */
import { atLeast, version } from '../../server/src/catalog/version.ts';

/** mulberry32: small, fast, the same everywhere. */
export class Random {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** 0 to n - 1 */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  some<T>(list: readonly T[], n: number): T[] {
    const rest = [...list];
    const out: T[] = [];
    while (out.length < n && rest.length) out.push(rest.splice(this.below(rest.length), 1)[0]!);
    return out;
  }
}

export interface Surroundings {
  /** the third speaks TLS */
  readonly ports: readonly [number, number, number];
  readonly echo: { readonly http: number; readonly uwsgi: number; readonly fastcgi: number; readonly scgi: number };
  /** the release that will run it, where one does */
  readonly nginx?: string;
}

export interface GeneratedServer {
  /** hosts that lead to it, or come near */
  readonly hosts: readonly string[];
  /** paths that lead to its locations, or come near */
  readonly paths: readonly string[];
}

export interface Generated {
  readonly text: string;
  readonly servers: readonly GeneratedServer[];
  /** relative to the prefix, contents are their own names */
  readonly files: readonly string[];
}

/** The tree of files that every configuration finds below its prefix. */
export const FILES: readonly string[] = [
  'www/index.html',
  'www/a.html',
  'www/a/index.html',
  'www/a/b.txt',
  'www/a/x.php',
  'www/a/b/c.css',
  'www/static/app.js',
  'www/static/app.js.gz',
  'www/static/x y.txt',
  'www/static/100%.txt',
  'www/img/logo.png',
  'www/img/index.htm',
  'www/empty/.keep',
  'www/app/index.php',
  'www/50x.html',
  'www/err/404.html',
  'www/café.txt',
  'data/index.html',
  'data/a.html',
  'data/logo.png',
  'data/b.txt',
  'data/sub/index.html',
];

const SEGMENTS = ['a', 'b', 'app', 'static', 'img', 'x', 'api', 'v1', 'err', 'empty'];
const NAMES = ['x.php', 'b.txt', 'a.html', 'logo.png', 'app.js', 'c.css', 'index.html', 'none', 'x y.txt', 'index.php', 'A.HTML'];
const VARIABLES = [
  '$uri',
  '$args',
  '$request_uri',
  '$host',
  '$http_x_a',
  '$arg_x',
  '$scheme',
  '$server_name',
  '$request_method',
  '$is_args',
  '$cookie_c',
  '$http_host',
  '$server_port',
  '$document_root',
  '$content_type',
  '$http_x_forwarded_for',
  '$proxy_add_x_forwarded_for',
  '$remote_addr',
  '$request',
  '$query_string',
  '$server_protocol',
  '$http_user_agent',
  '$m1',
  '$m2',
  '$m3',
  '$g1',
  '$sc',
  '$v1',
  '$v2',
  '$content_length',
  '$http_cookie',
  '$host:$server_port',
  '$document_uri',
  '$request_filename',
  '$https',
  '$remote_user',
];
const STATUSES = [200, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 410, 418, 429, 444, 500, 502, 503, 504];

type Level = 'http' | 'server' | 'location' | 'if';

export class ConfigGenerator {
  private readonly r: Random;
  private readonly servers: GeneratedServer[] = [];
  private names: string[] = [];
  private locationNames = new Set<string>();
  private named: string[] = [];
  private paths: string[] = [];

  constructor(
    seed: number,
    private readonly around: Surroundings,
  ) {
    this.r = new Random(seed);
  }

  generate(): Generated {
    const { r } = this;
    const lines: string[] = [];
    lines.push('events { worker_connections 256; }', 'http {');
    const body: string[] = [];
    body.push(
      'access_log off; client_body_temp_path tmp/c; proxy_temp_path tmp/p; fastcgi_temp_path tmp/f; uwsgi_temp_path tmp/u; scgi_temp_path tmp/s;',
    );
    body.push(
      'server_names_hash_bucket_size 128; variables_hash_bucket_size 128; rewrite_log off; error_log stderr crit; underscores_in_headers off;',
    );
    body.push('keepalive_requests 100000; root www; ssl_certificate cert.pem; ssl_certificate_key key.pem;');
    body.push(...this.tables());
    body.push(...this.upstreams());
    if (r.chance(0.3)) body.push('types { text/html html htm; text/css css; image/png png; application/javascript js; text/plain txt; }');
    if (r.chance(0.3)) body.push(`default_type ${r.pick(['application/octet-stream', 'text/html', 'text/plain'])};`);
    body.push(...this.shared('http'));
    const count = 3 + r.below(5);
    for (let i = 0; i < count; i++) body.push(this.server(i));
    lines.push(...indent(body), '}');
    return { text: `${lines.join('\n')}\n`, servers: this.servers, files: FILES };
  }

  private tables(): string[] {
    const { r } = this;
    return [
      `map ${r.pick(['$uri', '$request_uri', '$host', '$arg_x'])} $m1 {`,
      ...indent([
        r.chance(0.7) ? `default ${r.pick(['d1', '$host', '"$uri-d"', '""', '0'])};` : '',
        `/a/b.txt ab;`,
        `~^/(?<mapname>[a-z]+)/ ${r.pick(['"n-$mapname"', '$mapname', '1'])};`,
        `~*\\.PHP$ php;`,
        `a.example.com ${r.pick(['ha', '$args'])};`,
        r.chance(0.3) ? 'volatile;' : '',
      ]),
      '}',
      'map $host $m2 {',
      ...indent(
        [
          r.chance(0.7) ? 'hostnames;' : '',
          'default 0;',
          ...(r.chance(1) ? [] : []),
          'a.example.com A;',
          '.example.com E;',
          '~^(www)\\. "w$1";',
        ]
          .filter((l) => l !== '')
          .map((l) => l),
      ),
      '}',
      `map $http_x_a $m3 { "" none; default $http_x_a; "~^(.)(.*)$" "$2$1"; Foo foo; }`,
      `geo $g1 { default d; 127.0.0.0/8 lo; 10.0.0.0/8 ten; }`,
      `geo $http_x_ip $g2 { default d; proxy 127.0.0.1; 192.168.0.0/16 l; 192.168.1.0/24 ll; 2001:db8::/32 six; }`,
      `split_clients "${r.pick(['$uri', '$host$uri', '$request_uri'])}" $sc { 10% ten; 25.5% quarter; * rest; }`,
    ].filter((l) => l !== '');
  }

  private upstreams(): string[] {
    const { http, uwsgi, fastcgi, scgi } = this.around.echo;
    const { nginx } = this.around;
    // a kept connection that the backend has just closed counts as a failure of the server, and for ten seconds no request reaches it
    const none = nginx !== undefined && atLeast(version(nginx), '1.29.7') ? ' keepalive 0;' : '';
    return [
      `upstream backend { server 127.0.0.1:${http};${none} }`,
      `upstream kept { server 127.0.0.1:${http}; keepalive 4; }`,
      `upstream Two.Example { server 127.0.0.1:${http} weight=2; server 127.0.0.1:${http} backup;${none} }`,
      `upstream wsgi { server 127.0.0.1:${uwsgi}; }`,
      `upstream php { server 127.0.0.1:${fastcgi}; }`,
      `upstream scg { server 127.0.0.1:${scgi}; }`,
    ];
  }

  private server(index: number): string {
    const { r } = this;
    this.locationNames = new Set();
    this.paths = [];
    const body: string[] = [];
    const [first, second, third] = this.around.ports;
    const listens: string[] = [];
    const star = r.chance(0.3);
    if (r.chance(0.9) || index === 0)
      listens.push(`listen ${star ? '' : '127.0.0.1:'}${first}${index === 1 && !star ? ' default_server' : ''};`);
    if (r.chance(0.4) || !listens.length || index === 0) listens.push(`listen 127.0.0.1:${second};`);
    if (r.chance(0.4) || index === 0) listens.push(`listen 127.0.0.1:${third} ssl;`);
    body.push(...listens);
    const hosts = this.serverNames(index, body);
    this.named = r.some(['@n1', '@n2', '@app'], r.below(4));
    if (r.chance(0.15)) body.push('merge_slashes off;');
    if (r.chance(0.15)) body.push('underscores_in_headers on;');
    if (r.chance(0.1)) body.push('ignore_invalid_headers off;');
    if (r.chance(0.3))
      body.push(
        `root ${r.pick(['www', 'data', 'www/', 'www/$arg_d', '$document_root_x', 'www/static']).replace('$document_root_x', 'www')};`,
      );
    if (r.chance(0.3))
      body.push(
        `index ${r.some(['index.html', 'index.php', 'index.htm', '/a.html', 'none', 'index.$arg_i.html'], 1 + r.below(3)).join(' ')};`,
      );
    body.push(...this.shared('server'));
    if (r.chance(0.45)) body.push(...this.program('server', 1 + r.below(3)));
    if (r.chance(0.1)) body.push(this.tryFiles());
    if (index === 0) body.push('if ($arg_never) { set $v1 x; set $v2 x; }');
    const count = 3 + r.below(8);
    for (let i = 0; i < count; i++) {
      const location = this.location('', 0);
      if (location) body.push(location);
    }
    for (const name of this.named) body.push(`location ${name} {`, ...indent(this.content('named', 0, name)), '}');
    body.push(
      'location = /auth-ok { internal; return 204; }',
      'location = /auth-no { return 403; }',
      'location = /auth-who { add_header X-Who "$http_x_a"; return 200 "who"; }',
    );
    if (r.chance(0.7) && this.claim('', '/')) body.push('location / {', ...indent(this.content('prefix', 0, '/')), '}');
    this.servers.push({ hosts, paths: this.paths });
    return ['server {', ...indent(body), '}'].join('\n');
  }

  private serverNames(index: number, body: string[]): string[] {
    const { r } = this;
    const hosts: string[] = [];
    const wanted = r.below(4);
    const names: string[] = [];
    for (let i = 0; i < wanted; i++) {
      const kind = r.below(7);
      const word = r.pick(['a', 'b', 'www', 'api', 'shop']);
      const domain = r.pick(['example.com', 'example.org', 'test']);
      let name: string;
      let host: string;
      if (kind <= 2) host = name = `${word}${index}.${domain}`;
      else if (kind === 3) {
        name = `*.${word}.${domain}`;
        host = `z.y.${word}.${domain}`;
      } else if (kind === 4) {
        name = `${word}.${r.pick(['mail', 'x'])}.*`;
        host = `${name.slice(0, -1)}net`;
      } else if (kind === 5) {
        name = `.${word}${r.below(2)}.${domain}`;
        host = name.slice(r.below(2));
        if (host.startsWith('.')) host = `q${host}`;
      } else {
        name = r.pick([`"~^(?<sub>.+)\\.${word}\\.re$"`, `"~^${word}(\\d+)\\.(com|org)$"`, `"~^(www\\.)?(?<Dom>.+)\\.up$"`]);
        host = r.pick([`left.right.${word}.re`, `${word}42.org`, 'www.thing.up', 'thing.up']);
      }
      if (this.names.includes(name)) continue;
      this.names.push(name);
      names.push(name);
      hosts.push(host);
    }
    if (r.chance(0.05)) names.push('""');
    if (names.length) body.push(`server_name ${names.join(' ')};`);
    return hosts;
  }

  /** Directives that may be on every level. */
  private shared(level: Level): string[] {
    const { r } = this;
    const out: string[] = [];
    const p = level === 'http' ? 0.25 : level === 'server' ? 0.3 : level === 'location' ? 0.2 : 0.3;
    const often = (f: number): boolean => r.chance(p * f);
    if (often(1)) {
      const n = 1 + r.below(3);
      for (let i = 0; i < n; i++)
        out.push(
          `add_header ${r.pick(['X-A', 'X-B', 'Cache-Control', 'Strict-Transport-Security', 'x-a', 'Link', 'ETag', 'Expires', 'Vary'])} "${this.text()}"${r.chance(0.5) ? ' always' : ''};`,
        );
    }
    if (often(0.6))
      out.push(
        `expires ${r.pick(['1h', '-1', 'epoch', 'max', 'off', '0', '30d', '$arg_e', 'modified +1h'].filter((e) => e !== 'modified +1h'))};`,
      );
    if (often(0.8)) {
      const n = 1 + r.below(3);
      for (let i = 0; i < n; i++)
        out.push(
          r.chance(0.1)
            ? 'proxy_set_header Content-Length "";'
            : `proxy_set_header ${r.pick(['Host', 'X-Real-IP', 'X-Forwarded-For', 'Connection', 'X-A', 'Accept-Encoding', 'x-b', 'Upgrade', 'TE'])} "${r.pick(['', '$host', '$http_host', '$remote_addr', '$proxy_add_x_forwarded_for', 'close', 'keep-alive', '$http_upgrade', '$v1', '$m1', '$proxy_host', this.text()])}";`,
        );
    }
    if (often(0.3)) out.push(`proxy_http_version ${r.pick(['1.0', '1.1'])};`);
    if (often(0.2)) out.push('proxy_pass_request_headers off;');
    if (often(0.2)) out.push(`proxy_hide_header ${r.pick(['X-Powered-By', 'Set-Cookie', 'Content-Type', 'X-Pad'])};`);
    if (often(0.2)) out.push(`proxy_pass_header ${r.pick(['Server', 'X-Accel-Redirect', 'Date', 'X-Pad'])};`);
    if (often(0.3))
      out.push(
        r.chance(0.4)
          ? 'proxy_intercept_errors on; fastcgi_intercept_errors on; uwsgi_intercept_errors on;'
          : 'proxy_intercept_errors off;',
      );
    if (often(0.2))
      out.push(
        r.pick([
          'proxy_cookie_path / /p/;',
          'proxy_cookie_domain backend.local $host;',
          'proxy_cookie_path ~^/(x)(.*)$ /$2$1;',
          'proxy_cookie_flags sid secure nohttponly samesite=lax;',
          'proxy_cookie_flags ~. httponly;',
          'proxy_cookie_domain off;',
        ]),
      );
    if (often(0.15)) out.push(`proxy_ignore_headers ${r.pick(['X-Accel-Redirect', 'X-Accel-Buffering Set-Cookie'])};`);
    if (often(0.3))
      out.push(
        `fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_param QUERY_STRING $query_string;${r.chance(0.5) ? ' fastcgi_param HTTP_X_A "over-$http_x_a"; fastcgi_param HTTP_X_B "";' : ''}${r.chance(0.3) ? ' fastcgi_param HTTPS $https if_not_empty;' : ''}`,
      );
    if (often(0.3))
      out.push(
        `uwsgi_param REQUEST_METHOD $request_method; uwsgi_param REQUEST_URI $request_uri; uwsgi_param PATH_INFO $document_uri;${r.chance(0.5) ? ' uwsgi_param HTTP_HOST $host; uwsgi_param CONTENT_LENGTH $content_length if_not_empty;' : ''}`,
      );
    if (often(0.3)) out.push(`scgi_param REQUEST_URI $request_uri; scgi_param SCGI 1;${r.chance(0.5) ? ' scgi_param HTTP_COOKIE x;' : ''}`);
    if (often(0.5)) out.push(...this.errorPages());
    if (often(0.2)) out.push(`recursive_error_pages ${r.pick(['on', 'off'])};`);
    if (often(0.25)) out.push(`absolute_redirect ${r.pick(['on', 'off'])};`);
    if (often(0.25)) out.push(`port_in_redirect ${r.pick(['on', 'off'])};`);
    if (often(0.15)) out.push(`server_name_in_redirect ${r.pick(['on', 'off'])};`);
    if (often(0.2)) out.push(`server_tokens ${r.pick(['on', 'off'])};`);
    if (often(0.2)) out.push(`client_max_body_size ${r.pick(['10', '0', '1k', '1m'])};`);
    if (often(0.3))
      out.push(
        `gzip on;${r.chance(0.5) ? ` gzip_types ${r.pick(['text/plain', 'text/css application/javascript', '*', 'text/x-echo'])};` : ''}${r.chance(0.4) ? ' gzip_min_length 1;' : ''}${r.chance(0.4) ? ' gzip_vary on;' : ''}${r.chance(0.3) ? ` gzip_proxied ${r.pick(['any', 'expired no-cache', 'no_etag auth', 'private no_last_modified'])};` : ''}${r.chance(0.2) ? ' gzip_http_version 1.0;' : ''}${r.chance(0.2) ? ' gzip_disable "curl/7";' : ''}`,
      );
    if (often(0.1)) out.push(`chunked_transfer_encoding ${r.pick(['on', 'off'])};`);
    if (often(0.1)) out.push(`keepalive_timeout ${r.pick(['0', '65', '65 20s'])};`);
    if (often(0.15)) out.push(`etag ${r.pick(['on', 'off'])};`);
    if (often(0.15)) out.push(`charset ${r.pick(['utf-8', 'off'])};`);
    if (level !== 'if') {
      const strict = level === 'location' ? 1 : 0.3;
      if (often(0.4 * strict)) out.push(...this.accessRules());
      if (often(0.25 * strict))
        out.push(
          r.chance(0.8)
            ? `auth_basic "${r.pick(['Realm', 'r $host', 'off'])}"; auth_basic_user_file ${r.pick(['users', 'users', 'missing'])};`
            : 'auth_basic off;',
        );
      if (often(0.2)) out.push(`satisfy ${r.pick(['any', 'all'])};`);
      if (level !== 'http' && often(0.15))
        out.push(
          `set_real_ip_from ${r.pick(['127.0.0.0/8', '10.0.0.1', '0.0.0.0/0'])}; real_ip_header ${r.pick(['X-Forwarded-For', 'X-Real-IP', 'X-A'])};${r.chance(0.5) ? ' real_ip_recursive on;' : ''}`,
        );
    }
    return level === 'if' ? out.filter((l) => IN_IF.test(l)) : out;
  }

  /** A value. A capture never comes before a map with regexes: what nginx makes of that is memory's luck before 1.31.3 (CVE-2026-42533). */
  private text(): string {
    const { r } = this;
    const plain = VARIABLES.filter((v) => !/^\$m\d/.test(v));
    return r.pick([
      () => r.pick(['v', 'max-age=1', 'a b', '']),
      () => r.pick(VARIABLES),
      () => `p-${r.pick(VARIABLES)}-${r.pick(VARIABLES)}`,
      () => `$1${r.pick(plain)}`,
      () => r.pick(['$mapname', '$1', '$2']),
    ])();
  }

  private accessRules(): string[] {
    const { r } = this;
    const rules = r.some(
      [
        'allow 127.0.0.1;',
        'deny 127.0.0.1;',
        'allow 10.0.0.0/8;',
        'deny 192.168.0.0/16;',
        'allow all;',
        'deny 203.0.113.0/24;',
        'allow ::1;',
      ],
      1 + r.below(3),
    );
    if (r.chance(0.25)) rules.push('deny all;');
    return rules;
  }

  private errorPages(): string[] {
    const { r } = this;
    const out: string[] = [];
    const n = 1 + r.below(2);
    for (let i = 0; i < n; i++) {
      const codes = r.some(['404', '403', '500', '502', '405', '401', '413', '400', '418', '410', '301', '503'], 1 + r.below(3)).join(' ');
      const overwrite = r.pick(['', '', '', '=', '=200', '=404', '=302']);
      const target = r.pick([
        '/50x.html',
        '/err/404.html',
        '/missing.html',
        '/a/b.txt?e=1',
        'https://err.example/x',
        '/app/$status',
        ...(this.named.length ? [this.named[0]!] : ['/50x.html']),
      ]);
      if (target.startsWith('@') && !this.named.includes(target)) continue;
      out.push(`error_page ${codes} ${overwrite === '' ? '' : `${overwrite} `}${target};`);
    }
    return out;
  }

  /** rewrite, set, if, return, break in one level. */
  private program(where: 'server' | 'location', n: number): string[] {
    const { r } = this;
    const out: string[] = [];
    for (let i = 0; i < n; i++) {
      const kind = r.below(10);
      if (kind <= 3) out.push(this.rewrite(where));
      else if (kind <= 5) out.push(`set $v${1 + r.below(2)} "${this.text()}";`);
      else if (kind <= 8) out.push(this.condition(where));
      else if (r.chance(where === 'server' ? 0.15 : 0.4)) out.push(this.ret());
      else if (r.chance(0.3)) out.push('break;');
    }
    return out;
  }

  private rewrite(where: 'server' | 'location'): string {
    const { r } = this;
    const segment = r.pick(SEGMENTS);
    const regex = r.pick([
      `^/${segment}/(.*)$`,
      `^/(.*)/${segment}$`,
      `${segment}`,
      `^/(?<seg>[^/]+)/(.*)$`,
      `^(.*)\\.php$`,
      `^/old/(.*)$`,
      '^/(a|b)(.*)$',
      `^/x(/.*)?$`,
    ]);
    const to = r.pick([
      `/${r.pick(SEGMENTS)}/$1`,
      `/${r.pick(SEGMENTS)}`,
      `/index.php?q=$1`,
      `/a/b.txt?x=$1&y=$arg_x`,
      `/${segment}x/$2?`,
      '/$1',
      'https://r.example/$1',
      `/${r.pick(SEGMENTS)}$uri`,
      `/a$is_args$args`,
      '$scheme://$host/$1?z=1',
      `/${r.pick(SEGMENTS)}/$v1`,
      '/new?',
      '/static/$1/$2',
    ]);
    const flag = r.pick(['', '', 'last', 'last', 'break', 'break', 'redirect', 'permanent']);
    // a server rewrite that matches all would hide every location
    if (where === 'server' && /^\^\(\.\*\)/.test(regex) && r.chance(0.5)) return '';
    // the escaping flag that a rewrite with arguments left behind is memory's luck before 1.30.1
    const finalFlag =
      flag === '' && to.includes('?') && !to.endsWith('?') && !to.startsWith('http') && !to.startsWith('$scheme') ? 'last' : flag;
    return `rewrite "${regex}" "${to}"${finalFlag ? ` ${finalFlag}` : ''};`;
  }

  private ret(): string {
    const { r } = this;
    const kind = r.below(4);
    if (kind === 0) return `return ${r.pick(STATUSES)};`;
    if (kind === 1)
      return `return ${r.pick([200, 404, 403, 500, 418, 201, 206])} "${r.pick(['text', this.text(), `u=$uri a=$args`, 'v1=$v1 $1'])}";`;
    if (kind === 2)
      return `return ${r.pick([301, 302, 303, 307, 308])} "${r.pick(['/there', 'https://$host$request_uri', '/r/$1?x=$arg_x', 'there', '$scheme://x.example$uri', '/café'])}";`;
    return `return ${r.pick(['http://x.example$request_uri', 'https://y.example/', '$scheme://$host/'])};`;
  }

  private condition(where: 'server' | 'location'): string {
    const { r } = this;
    const test = r.pick([
      '$arg_x',
      '$http_x_a',
      '$request_method = POST',
      '$request_method != GET',
      '$uri ~ "^/(a|b)/(.*)$"',
      '$host ~* "^(WWW|a)"',
      '$http_user_agent !~* curl',
      '$args ~ "x=([^&]*)"',
      '-f $request_filename',
      '!-e $document_root$uri',
      '-d $request_filename',
      '$m1 = ab',
      '$http_cookie ~* "c=([^;]+)"',
      '$v1',
      '$scheme = http',
      '$request_uri ~ "%2[fF]"',
    ]);
    const body: string[] = [];
    const n = 1 + r.below(2);
    for (let i = 0; i < n; i++) {
      const kind = r.below(6);
      if (kind === 0) body.push(this.rewrite(where));
      else if (kind === 1) body.push(`set $v${1 + r.below(2)} "${this.text()}";`);
      else if (kind === 2 && r.chance(0.5)) body.push(this.ret());
      else if (kind === 3) body.push('break;');
      else if (where === 'location') {
        if (kind === 4) body.push(...this.shared('if'));
        else
          body.push(
            r.pick([`proxy_pass http://${r.pick(['backend', 'kept'])};`, 'uwsgi_pass wsgi;', `root ${r.pick(['www', 'data'])};`, '', '']),
          );
      } else body.push(`set $v2 "${this.text()}";`);
    }
    const text = dedupe(body);
    return [`if (${test}) {`, ...indent(text), '}'].join('\n');
  }

  private claim(modifier: string, name: string): boolean {
    const key = `${modifier === '=' ? '=' : modifier.startsWith('~') ? '~' : ''}${name}`;
    if (this.locationNames.has(key)) return false;
    this.locationNames.add(key);
    return true;
  }

  private location(parent: string, depth: number): string | null {
    const { r } = this;
    const kind = r.below(10);
    let modifier = '';
    let name: string;
    if (kind <= 4) {
      name = `${parent.replace(/\/$/, '')}/${r.pick(SEGMENTS)}${r.chance(0.5) ? '/' : ''}${r.chance(0.15) ? r.pick(NAMES) : ''}`;
      if (parent && !name.startsWith(parent)) name = `${parent}${r.pick(SEGMENTS)}`;
      modifier = r.chance(0.2) ? '^~' : '';
    } else if (kind <= 6) {
      name = `${parent.replace(/\/$/, '')}/${r.pick(SEGMENTS)}${r.chance(0.4) ? '/' : r.chance(0.3) ? `/${r.pick(NAMES)}` : ''}`;
      if (parent && !name.startsWith(parent)) name = `${parent}x`;
      modifier = '=';
    } else {
      name = r.pick([
        '\\.php$',
        '\\.(png|css|js)$',
        '^/(?<first>[a-z]+)/(.*)$',
        '^/a/([^/]*)',
        '/b',
        '^/(app|api)(/|$)',
        '(?i)\\.TXT$',
        '^(.+)/$',
        '%',
        '[^a-z/.]',
      ]);
      modifier = r.chance(0.7) ? '~' : '~*';
    }
    if (!this.claim(modifier, name)) return null;
    const isRegex = modifier.startsWith('~');
    if (!isRegex) this.paths.push(name);
    else this.paths.push(r.pick(['/a/x.php', '/img/logo.png', '/b/c', '/app', '/static/B.TXT', '/api/v1/', '/x%25']));
    const quoted = /[{};" ]/.test(name) || isRegex ? `"${name}"` : name;
    const body = this.content(isRegex ? 'regex' : modifier === '=' ? 'exact' : 'prefix', depth, name);
    return [`location ${modifier === '' ? '' : `${modifier} `}${quoted} {`, ...indent(body), '}'].join('\n');
  }

  private content(kind: 'prefix' | 'exact' | 'regex' | 'named', depth: number, name: string): string[] {
    const { r } = this;
    const out: string[] = [];
    const uriAllowed = kind === 'prefix' || kind === 'exact';
    if (r.chance(0.06) && kind !== 'named') out.push('internal;');
    if (r.chance(0.06))
      out.push(
        `auth_request ${r.pick(['/auth-ok', '/auth-no', '/auth-who', 'off'])};${r.chance(0.5) ? ' auth_request_set $v1 "$sent_http_x_who-$uri";' : ''}`,
      );
    if (r.chance(0.35)) out.push(...this.program('location', 1 + r.below(3)));
    out.push(...this.shared('location'));
    const what = r.below(12);
    if (what <= 3) out.push(this.proxyPass(uriAllowed), ...(r.chance(0.25) ? this.proxyRedirect() : []));
    else if (what === 4) out.push(`uwsgi_pass ${r.pick(['wsgi', `127.0.0.1:${this.around.echo.uwsgi}`])};`);
    else if (what === 5) {
      out.push(`fastcgi_pass ${r.pick(['php', `127.0.0.1:${this.around.echo.fastcgi}`])};`);
      if (r.chance(0.3)) out.push('fastcgi_index index.php;');
      if (r.chance(0.3))
        out.push(
          'fastcgi_split_path_info ^(.+\\.php)(/.*)$; fastcgi_param PATH_INFO $fastcgi_path_info; fastcgi_param SCRIPT_NAME $fastcgi_script_name;',
        );
    } else if (what === 6) out.push(`scgi_pass scg;`);
    else if (what === 7) out.push(this.ret());
    else if (what === 8) out.push(this.tryFiles());
    else if (what === 9) {
      if (r.chance(0.5) && kind !== 'named')
        out.push(
          kind === 'regex'
            ? `alias ${r.pick(['www/a/b.txt', 'data/$1', 'www/$1.html'])};`
            : `alias ${r.pick(['data/', 'data', 'www/a/', 'data/sub/', 'www/$arg_d/'])};`,
        );
      else out.push(`root ${r.pick(['www', 'data', 'www/a'])};`);
      if (r.chance(0.3)) out.push(this.tryFiles());
    } else if (what === 10) {
      if (r.chance(0.4)) out.push('autoindex on;');
      if (r.chance(0.3)) out.push(`index ${r.some(['index.html', 'index.php', 'none', '/a.html'], 2).join(' ')};`);
      if (r.chance(0.2)) out.push('gzip_static on;');
    } else if (r.chance(0.3)) out.push('empty_gif;');
    if (r.chance(0.08) && kind !== 'named')
      out.push(`limit_except ${r.pick(['GET', 'GET POST', 'POST'])} {`, ...indent(r.chance(0.6) ? ['deny all;'] : this.accessRules()), '}');
    if (depth < 2 && kind !== 'exact' && kind !== 'named' && r.chance(0.3)) {
      const n = 1 + r.below(3);
      for (let i = 0; i < n; i++) {
        const nested = kind === 'regex' ? this.regexInside() : this.location(name, depth + 1);
        if (nested) out.push(nested);
      }
    }
    return dedupe(out);
  }

  private regexInside(): string | null {
    const { r } = this;
    const name = `${r.pick(['\\.(php|html)$', 'b', '^/a', 'x$'])}`;
    if (!this.claim('~', `${name} ${this.locationNames.size}`)) return null;
    return [
      `location ~ "${name}" {`,
      ...indent(this.content('exact', 3, '').filter((l) => !/^proxy_pass http:\/\/[^;/]*\/|^alias|proxy_redirect default/.test(l))),
      '}',
    ].join('\n');
  }

  private proxyPass(uriAllowed: boolean): string {
    const { r } = this;
    const { http } = this.around.echo;
    const host = r.pick(['backend', 'kept', 'Two.Example', `127.0.0.1:${http}`, `127.0.0.1:${http}`]);
    if (r.chance(0.15))
      return `proxy_pass http://${r.pick([`127.0.0.1:${http}$uri`, `backend$request_uri`, `127.0.0.1:${http}/v/$1?x=$arg_x`, '$v1', 'kept$v2', `127.0.0.1:${http}`])};`.replace(
        'http://$v1',
        'http://backend$m1',
      );
    if (uriAllowed && r.chance(0.55)) return `proxy_pass http://${host}${r.pick(['/', '/', '/u', '/u/', '/u?q=1', '/a/b/', '/%20x/'])};`;
    return `proxy_pass http://${host};`;
  }

  private proxyRedirect(): string[] {
    const { r } = this;
    return [
      r.pick([
        'proxy_redirect off;',
        'proxy_redirect http://backend/ /b/;',
        'proxy_redirect ~^http://([^/]+)/(.*)$ /$1/$2;',
        'proxy_redirect http://$host/ https://$host:8443/;',
        'proxy_redirect / /pre/;',
      ]),
    ];
  }

  private tryFiles(): string {
    const { r } = this;
    const parts = r.some(['$uri', '$uri/', '$uri.html', '/a/b.txt', '/static$uri', '$uri/index.html', '$arg_x'], 1 + r.below(3));
    const last = r.pick(['=404', '=403', '=204', '/index.html', '/index.php?q=$uri&$args', '/app/', '/a.html?t=1', ...this.named]);
    return `try_files ${parts.join(' ')} ${last};`;
  }
}

const indent = (lines: readonly string[]): string[] => lines.filter((l) => l !== '').flatMap((l) => l.split('\n').map((x) => `  ${x}`));

/** Directives that nginx takes once in a block; a second one is dropped. */
const ONCE =
  /^(?:expires|root|alias|index|proxy_pass|uwsgi_pass|fastcgi_pass|scgi_pass|try_files|internal|autoindex|gzip_static|empty_gif|absolute_redirect|port_in_redirect|server_name_in_redirect|server_tokens|client_max_body_size|satisfy|auth_basic|etag|charset|proxy_http_version|proxy_pass_request_headers|recursive_error_pages|chunked_transfer_encoding|keepalive_timeout|proxy_intercept_errors|gzip|proxy_redirect|fastcgi_index|fastcgi_split_path_info|limit_except|set_real_ip_from|proxy_ignore_headers|proxy_cookie_\w+)\b/;
/** What may be in an `if` inside a location. */
const IN_IF = /^(?:add_header|expires|error_page|gzip on;$)/;
const EXCLUSIVE = /^(?:proxy_pass|uwsgi_pass|fastcgi_pass|scgi_pass|empty_gif)\b/;

function dedupe(lines: readonly string[]): string[] {
  const seen = new Set<string>();
  return lines.filter((line) => {
    const name = ONCE.exec(line)?.[0];
    if (name === undefined) return true;
    const key = name === 'alias' ? 'root' : EXCLUSIVE.test(line) ? 'content' : name;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
