/** Logs and what watches over a site: formats that other programs read, metrics, health. */
import { forwarded } from './parts.ts';
import { lines, type Snippet } from './snippet.ts';

/** One character of UTF-8, byte by byte (RFC 3629, section 4). */
const UTF8 =
  '[\\\\x00-\\\\x7f]|[\\\\xc2-\\\\xdf][\\\\x80-\\\\xbf]|\\\\xe0[\\\\xa0-\\\\xbf][\\\\x80-\\\\xbf]|[\\\\xe1-\\\\xec\\\\xee\\\\xef][\\\\x80-\\\\xbf][\\\\x80-\\\\xbf]|\\\\xed[\\\\x80-\\\\x9f][\\\\x80-\\\\xbf]|\\\\xf0[\\\\x90-\\\\xbf][\\\\x80-\\\\xbf][\\\\x80-\\\\xbf]|[\\\\xf1-\\\\xf3][\\\\x80-\\\\xbf][\\\\x80-\\\\xbf][\\\\x80-\\\\xbf]|\\\\xf4[\\\\x80-\\\\x8f][\\\\x80-\\\\xbf][\\\\x80-\\\\xbf]';

/** What a client may fill with any bytes, as a variable that holds characters only: escape=json leaves bytes from 0x80 as they are. */
const readable = (source: string): string => `map \\$${source} \\$log_${source} {
  default '(not UTF-8)';
  "~^(${UTF8})*+\\$" \\$${source};
}`;

/** The four that a line holds. */
const READABLE = `# JSON is UTF-8; a client may send any bytes
${['host', 'request_uri', 'http_user_agent', 'http_referer'].map(readable).join('\n')}`;

export const OBSERVE: readonly Snippet[] = [
  {
    id: 'json-log',
    prefixes: ['jsonlog', 'logformat', 'accesslog', 'loki'],
    title: 'Access log as JSON with timings (Loki, Vector, Fluent Bit)',
    about:
      'One JSON object a line, valid for whatever clients send: what was asked, what was answered, and how long nginx and the application took.',
    inside: ['http'],
    body: lines`
${READABLE}
log_format \${1:json} escape=json '{"time":"\\$time_iso8601","address":"\\$remote_addr","host":"\\$log_host",'
  '"method":"\\$request_method","uri":"\\$log_request_uri","protocol":"\\$server_protocol","status":\\$status,"bytes":\\$body_bytes_sent,'
  '"seconds":\\$request_time,"upstream":"\\$upstream_addr","upstream_status":"\\$upstream_status",'
  '"upstream_seconds":"\\$upstream_response_time","cache":"\\$upstream_cache_status","request_id":"\\$request_id",'
  '"referer":"\\$log_http_referer","agent":"\\$log_http_user_agent"}';
access_log \${2:/var/log/nginx/access.json} \${1:json} buffer=32k flush=5s;
$0`,
  },
  {
    id: 'ecs-log',
    prefixes: ['ecs', 'elastic', 'elasticsearch'],
    title: 'Access log in the Elastic Common Schema',
    about: 'JSON lines under the names that Elasticsearch, Kibana and OpenSearch know, valid for whatever clients send.',
    inside: ['http'],
    body: lines`
${READABLE}
log_format \${1:ecs} escape=json '{"@timestamp":"\\$time_iso8601","ecs.version":"8.11.0","event.dataset":"nginx.access",'
  '"client.ip":"\\$remote_addr","url.domain":"\\$log_host","url.original":"\\$log_request_uri",'
  '"http.request.method":"\\$request_method","http.request.id":"\\$request_id","http.request.referrer":"\\$log_http_referer",'
  '"http.response.status_code":\\$status,"http.response.body.bytes":\\$body_bytes_sent,'
  '"user_agent.original":"\\$log_http_user_agent","nginx.access.seconds":\\$request_time}';
access_log \${2:/var/log/nginx/access.ecs.json} \${1:ecs} buffer=32k flush=5s;
$0`,
  },
  {
    id: 'goaccess-log',
    prefixes: ['goaccess', 'vhostlog', 'combined'],
    title: 'Access log for GoAccess, with the name of the site and timings',
    about:
      'The format that GoAccess calls VCOMBINED, with the seconds behind: `--log-format=\'%v:%^ %h %^[%d:%t %^] "%r" %s %b "%R" "%u" %T\'`.',
    inside: ['http'],
    body: lines`
log_format \${1:sites} '\\$host:\\$server_port \\$remote_addr - \\$remote_user [\\$time_local] '
  '"\\$request" \\$status \\$body_bytes_sent "\\$http_referer" "\\$http_user_agent" \\$request_time';
access_log \${2:/var/log/nginx/access.log} \${1:sites} buffer=32k flush=5s;
$0`,
  },
  {
    id: 'fail2ban',
    prefixes: ['fail2ban', 'refused-log'],
    title: 'A log of what was refused, for fail2ban',
    about:
      'Only wrong passwords, forbidden paths and limits that were reached: `failregex = ^\\S+ <HOST> (401|403|429) `. The usual log goes on.',
    inside: ['http'],
    body: lines`
map \\$status \\$refused {
  default 0;
  401 1;
  403 1;
  429 1;
}
log_format refused '\\$time_iso8601 \\$remote_addr \\$status "\\$request"';
access_log \${1:/var/log/nginx/access.log} combined buffer=32k flush=5s;
access_log \${2:/var/log/nginx/refused.log} refused buffer=4k flush=1s if=\\$refused;
$0`,
  },
  {
    id: 'metrics',
    prefixes: ['metrics', 'prometheus'],
    title: "The application's metrics, for the monitoring only",
    about: 'Prometheus reads them from its network; everybody else gets 403.',
    inside: ['server'],
    body: lines`
location = \${1:/metrics} {
  allow 127.0.0.1;
  allow \${2:10.0.0.0/8};
  deny all;
  access_log off;
  proxy_pass http://\${3:127.0.0.1:8000};
  ${forwarded('  ')}
}
$0`,
  },
  {
    id: 'health-application',
    prefixes: ['healthcheck', 'health-app', 'readiness'],
    title: 'Health check that asks the application',
    about: 'Answers soon, whatever state the application is in, and leaves no line in the log.',
    inside: ['server'],
    body: lines`
location = \${1:/health} {
  access_log off;
  proxy_connect_timeout 2s;
  proxy_read_timeout 5s;
  proxy_pass http://\${2:127.0.0.1:8000};
  ${forwarded('  ')}
}
$0`,
  },
  {
    id: 'request-id',
    prefixes: ['requestid', 'correlation', 'traceid'],
    title: 'Request id for the application and the client',
    about:
      "The same id in nginx's log, in the application's and in the answer. An id that your own balancer gave is kept, everybody else gets a new one. Map, network and log format are added where they are missing.",
    inside: ['server'],
    outer: [
      {
        marker: '$request_source {',
        text: `# proxies whose request ids are kept
geo \\$realip_remote_addr \\$request_source {
  default visitor;
  10.0.0.0/8 balancer;
}
map "\\$request_source:\\$http_x_request_id" \\$tracked_id {
  default \\$request_id;
  "~^balancer:(?<given_id>[\\w-]{8,64})\\$" \\$given_id;
}
log_format tracked '\\$remote_addr [\\$time_local] "\\$request" \\$status \\$body_bytes_sent \\$request_time id=\\$tracked_id';`,
      },
    ],
    body: lines`
location \${1:/} {
  access_log \${3:/var/log/nginx/access.log} tracked buffer=32k flush=5s;
  proxy_pass http://\${2:127.0.0.1:8000};
  ${forwarded('  ')}
  proxy_set_header X-Request-ID \\$tracked_id;
  add_header X-Request-ID \\$tracked_id always;
}
$0`,
  },
];
