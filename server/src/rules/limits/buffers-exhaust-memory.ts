/** Buffers of one request or connection so large that a few clients take the memory of the machine. */
import { parseSize } from '../../catalog/value-kind.ts';
import { defineRule } from '../rule.ts';

const MB = 1 << 20;

/** What one request may take: far beyond what any header or page needs. Headers are read from everyone, before anything is known of him. */
const MOST = 64 * MB;
const MOST_OF_HEADERS = 8 * MB;

const OF_HEADERS = ['large_client_header_buffers', 'client_header_buffer_size'];

const ASKED = [
  ...OF_HEADERS,
  'client_body_buffer_size',
  ...['proxy', 'fastcgi', 'uwsgi', 'scgi'].flatMap((m) => [`${m}_buffers`, `${m}_buffer_size`]),
  'grpc_buffer_size',
  'subrequest_output_buffer_size',
];

/** Bytes that the words of a line ask for, `number size` or `size`; null where they cannot be read. */
function bytesOf(values: readonly string[]): number | null {
  const size = parseSize(values.at(-1) ?? '');
  if (!size.ok) return null;
  if (values.length === 1) return size.value;
  return /^\d+$/.test(values[0]!) ? Number(values[0]) * size.value : null;
}

export default defineRule({
  id: 'buffers-exhaust-memory',
  group: 'limits',
  severity: 'warning',
  since: '0.2',
  title: 'Buffers of one request take much memory',
  why: `
Buffers belong to one request or one connection, and there are as many of them as \`worker_connections\` allows. \`proxy_buffers 256 1m\` lets each slow download hold 256 MB; \`client_body_buffer_size 512m\` keeps a whole upload in memory. A handful of slow clients is then enough for the kernel to kill nginx.

What does not fit into the buffers goes to a temporary file on the disk, which is what large bodies are meant to do.`,
  about: ['proxy_buffers', 'client_body_buffer_size', 'large_client_header_buffers', 'worker_connections'],
  references: ['https://cwe.mitre.org/data/definitions/770.html'],
  looksAt: { directive: ASKED, where: ({ values }) => (bytesOf(values) ?? 0) > MOST_OF_HEADERS },
  needs: 'file',
  messages: {
    much: 'One {what} may take {size} MB of memory: {count} of them, held open by slow clients, take {all} GB. Write what a usual one needs, and let the rest go to the disk.',
    headers: 'One connection may take {size} MB of memory for its headers, before anything is known of the client. Write "4 16k" or less.',
  },
  check({ directive, report }) {
    const bytes = bytesOf(directive.values);
    if (bytes === null) return;
    const ofHeaders = OF_HEADERS.includes(directive.name);
    if (bytes <= (ofHeaders ? MOST_OF_HEADERS : MOST)) return;
    const size = Math.round(bytes / MB);
    const count = 100;
    report(ofHeaders ? 'headers' : 'much', {
      at: directive.at(),
      data: {
        what: directive.name === 'client_body_buffer_size' ? 'upload' : 'response',
        size,
        count,
        all: Math.round((size * count) / 1024),
      },
    });
  },
  examples: [
    {
      inside: 'server',
      bad: ` proxy_buffers 256 1m;
#^^^^^^^^^^^^^^^^^^^^^ much
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `proxy_buffers 16 16k;
location / { proxy_pass http://127.0.0.1:8000; }`,
    },
    {
      inside: 'server',
      bad: ` client_body_buffer_size 512m;
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ much
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `client_body_buffer_size 128k;
location / { proxy_pass http://127.0.0.1:8000; }`,
    },
    {
      inside: 'server',
      bad: ` large_client_header_buffers 64 1m;
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ headers
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `large_client_header_buffers 8 32k;
location / { proxy_pass http://127.0.0.1:8000; }`,
    },
  ],
});
