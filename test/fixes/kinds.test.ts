// What a blind `--fix` leaves alone, and what it still does: one row for each kind of harm that a fix could do.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { fixAll } from '../harness/rules.ts';

interface Kind {
  /** the first is the main file */
  readonly files: Readonly<Record<string, string>>;
  readonly version?: string;
  /** by file, what the text has afterwards; a file that is not named stays as it is */
  readonly has?: Readonly<Record<string, readonly RegExp[]>>;
  readonly lacks?: readonly RegExp[];
}

const http = (text: string): string => `events {}\nhttp {\n    server_tokens off;\n${text}\n}\n`;
const SENT = 'proxy_set_header Host $host;\nproxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n';
const TLS = 'ssl_certificate /etc/ssl/a.pem;\nssl_certificate_key /etc/ssl/a.key;\n';

const KINDS: Readonly<Record<string, Kind>> = {
  'a limit that only older versions read, while nobody names one': {
    files: { 'nginx.conf': http('http2_max_field_size 16k;\nserver { listen 80; return 204; }') },
  },
  'the same, where the newest runs': {
    files: { 'nginx.conf': http('http2_max_field_size 16k;\nserver { listen 80; return 204; }') },
    version: '1.29.0',
    has: { 'nginx.conf': [/^http \{\n {4}server_tokens off;\nserver/m] },
  },
  'an allow list whose author took the deny away': {
    files: { 'nginx.conf': http('server { listen 80; location / { allow 10.0.0.0/8;\n# deny all;\nreturn 204; } }') },
  },
  'server_tokens where an unseen include may set it': {
    files: { 'nginx.conf': 'events {}\nhttp {\n    include conf.d/*.conf;\n    server { listen 80; return 204; }\n}\n' },
  },
  'server_tokens where all is seen': {
    files: { 'nginx.conf': 'events {}\nhttp {\n    server { listen 80; return 204; }\n}\n' },
    has: { 'nginx.conf': [/^ {4}server_tokens off;$/m] },
  },
  'the scheme of a server behind whatever ends TLS': {
    files: { 'nginx.conf': http(`server { listen 80; location / {\nproxy_pass http://app:8000;\nproxy_set_header Host $host;\n} }`) },
    has: { 'nginx.conf': [/X-Forwarded-For \$proxy_add_x_forwarded_for;/] },
    lacks: [/X-Forwarded-Proto/],
  },
  'the scheme where this nginx ends TLS': {
    files: {
      'nginx.conf': http(`server { listen 443 ssl;\n${TLS}location / {\nproxy_pass http://app:8000;\nproxy_set_header Host $host;\n} }`),
    },
    has: { 'nginx.conf': [/X-Forwarded-Proto \$scheme;/] },
  },
  'once, in the file that two locations share': {
    files: {
      'nginx.conf': http(
        `server { listen 443 ssl;\n${TLS}location /a/ { include sent.conf; proxy_pass http://a:1; }\nlocation /b/ { include sent.conf; proxy_pass http://b:1; } }`,
      ),
      'sent.conf': SENT,
    },
    has: { 'sent.conf': [/X-Forwarded-Proto \$scheme;/] },
  },
  'the host with its port': {
    files: {
      'nginx.conf': http(
        `server { listen 8080; location / { proxy_pass http://app:8000; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; } }`,
      ),
    },
  },
  'the name of an object store that signs it': {
    files: {
      'nginx.conf': http(
        'server { listen 80; location /media/ { proxy_pass http://minio:9000/media/; proxy_set_header Host minio:9000; proxy_set_header X-Forwarded-For $remote_addr; } }',
      ),
    },
  },
  'names that nothing here uses': {
    files: {
      'nginx.conf': http(
        "map $http_upgrade $upgrade { default upgrade; '' close; }\nupstream app { server 127.0.0.1:8000; }\nlog_format with_host '$host';\nlimit_req_zone $binary_remote_addr zone=a:1m rate=1r/s;\ninclude sites/*.conf;",
      ),
    },
  },
  'a directive of a module that is not known': {
    files: { 'nginx.conf': http('vts_zones 1m;\nbrotil on;\nmore_header "X: y";\nserver { listen 80; return 204; }') },
  },
  'ssl in a branch of a template': {
    files: { 'nginx.conf.j2': http(`server {\nlisten {{ port }};\n{% if crt %}\nssl on;\n${TLS}{% endif %}\nreturn 204;\n}`) },
  },
  'a folder that a template fills in': {
    files: { 'nginx.conf.j2': http('server { listen 80; location /m/ { alias {{ media }}; } location /s/ { alias /srv/{{ static }}; } }') },
  },
  'a folder that is written without its slash': {
    files: { 'nginx.conf': http('server { listen 80; location /s/ { alias /srv/static; } }') },
    has: { 'nginx.conf': [/alias \/srv\/static\/;/] },
  },
  'ssl on in a part that several servers share': {
    files: {
      'nginx.conf': http('server { listen 443; include tls.conf; return 204; }\nserver { listen 8443; include tls.conf; return 204; }'),
      'tls.conf': `ssl on;\n${TLS}`,
    },
  },
  'lines that a sub-request does not need': {
    files: {
      'nginx.conf': http(
        `proxy_http_version 1.1;\nserver { listen 80; ${SENT.replaceAll('\n', ' ')} proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection; location / { auth_request /who; proxy_pass http://a:1; } location = /who { internal; proxy_pass http://b:1; proxy_pass_request_body off; proxy_set_header Content-Length ""; } location /.well-known/acme-challenge/ { proxy_pass http://c:1; proxy_set_header X-Real-IP $remote_addr; } }`,
      ),
    },
  },
  'HTTP/2 while nobody says which nginx it is': {
    files: { 'nginx.conf': http(`server { listen 443 ssl http2;\n${TLS}return 204; }`) },
  },
  'HTTP/2 where its directive is known': {
    files: { 'nginx.conf': http(`server {\nlisten 443 ssl http2;\n${TLS}return 204;\n}`) },
    version: '1.27.3',
    has: { 'nginx.conf': [/^http2 on;$/m, /listen 443 ssl;/] },
  },
  'old protocols for clients that need level 0': {
    files: {
      'nginx.conf': http(
        `server { listen 443 ssl;\n${TLS}ssl_protocols TLSv1 TLSv1.2 TLSv1.3;\nssl_ciphers DEFAULT:DES-CBC3-SHA:@SECLEVEL=0;\nreturn 204; }`,
      ),
    },
  },
  'old protocols that nobody asks for': {
    files: { 'nginx.conf': http(`server { listen 443 ssl;\n${TLS}ssl_protocols TLSv1 TLSv1.2 TLSv1.3;\nreturn 204; }`) },
    has: { 'nginx.conf': [/^ssl_protocols TLSv1\.2 TLSv1\.3;$/m] },
  },
  'a file whose every dollar sign envsubst reads': {
    files: {
      'nginx.conf': http(
        `server { listen 80; server_name \${NAME}; location / {\nproxy_pass http://app:8000;\nproxy_set_header Host $host;\n} }`,
      ),
      'run.sh': 'envsubst < /nginx.conf > /etc/nginx/nginx.conf\nexec nginx\n',
    },
  },
  'a file of which envsubst reads the names that it is given': {
    files: {
      'nginx.conf': http(
        `server { listen 80; server_name \${NAME}; location / {\nproxy_pass http://app:8000;\nproxy_set_header Host $host;\n} }`,
      ),
      'run.sh': "envsubst '$NAME' < /nginx.conf > /etc/nginx/nginx.conf\nexec nginx\n",
    },
    has: { 'nginx.conf': [/X-Forwarded-For \$proxy_add_x_forwarded_for;/] },
  },
  'a branch that compares versions without the word': {
    files: {
      'nginx.conf.j2': http(
        `server {\nlisten 443 ssl;\n${TLS}{% if nginx_ver is ge('1.19') %}\nssl_protocols TLSv1 TLSv1.2;\n{% endif %}\nreturn 204;\n}`,
      ),
    },
  },
  'a comment beside what is changed': {
    files: { 'nginx.conf': 'events {}\nhttp {\n    server_tokens on; # ticket 12\n    server { listen 80; return 204; }\n}\n' },
    has: { 'nginx.conf': [/server_tokens off; # ticket 12/] },
  },
};

describe('fixes without a look', () => {
  for (const [name, { files, version, has = {}, lacks = [] }] of Object.entries(KINDS))
    test(name, async () => {
      const at = (file: string) => fileId(`file:///etc/nginx/${file}`);
      const tree = new Map(Object.entries(files).map(([file, text]) => [at(file), text]));
      const settings = version ? withSettings(DEFAULT_SETTINGS, { nginxVersion: version }) : DEFAULT_SETTINGS;
      const fixed = await fixAll({ root: at(Object.keys(files)[0]!), files: tree }, settings, false);
      for (const [file, text] of Object.entries(files)) {
        const after = fixed.files.get(at(file))!;
        if (!has[file]) assert.equal(after, text, file);
        for (const wanted of has[file] ?? []) assert.match(after, wanted);
        for (const unwanted of lacks) assert.doesNotMatch(after, unwanted);
      }
    });
});
