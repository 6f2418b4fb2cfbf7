/** The JSON schema of `*.proxytest.yaml`, by which editors complete and check request tests. */
import { CLIENTS } from '../trace/clients.ts';
import { EXPECTATIONS } from '../trace/expect.ts';

const scalar = ['string', 'number', 'boolean', 'null'];
const headers = (description: string): object => ({
  description,
  type: ['object', 'array'],
  additionalProperties: { type: scalar },
  items: { type: 'string' },
});
/** Expectations that are compared entry by entry, not as one text. */
const SHAPES: Readonly<Record<string, object>> = {
  upstreamHeaders: { type: 'object', additionalProperties: { type: scalar } },
  params: { type: 'object', additionalProperties: { type: scalar } },
  responseHeaders: { type: 'object', additionalProperties: { type: scalar } },
  limits: { type: ['string', 'array'], items: { type: 'string' } },
  cached: { type: 'boolean' },
};

/** The schema of request tests. */
export function testsSchema(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Proxylens request tests',
    type: 'object',
    additionalProperties: false,
    required: ['requests'],
    properties: {
      config: { type: 'string', description: 'The main file, relative to this file', default: 'nginx.conf' },
      map: {
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'Where paths of the configuration lie, relative to this file, such as /etc/nginx: .',
      },
      service: {
        type: 'string',
        minLength: 1,
        description: 'Of several services that start nginx with the configuration, the one that is meant, as --service names it',
      },
      nginxVersion: { type: ['string', 'number'], description: 'The nginx that answers, such as "1.24.0"' },
      allowRefused: { type: 'boolean', description: 'The tests may hold although nginx refuses the configuration', default: false },
      requests: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['request', 'expect'],
          properties: {
            name: { type: 'string', description: 'What the test shows' },
            request: {
              type: 'string',
              description: 'Method and address, such as GET https://example.com/app/; the method may be left out. Or a command of curl',
            },
            client: {
              enum: [...CLIENTS],
              description: 'Who asks, with the header lines that such a client sends by itself',
              default: 'browser',
            },
            headers: headers('Header lines of the request'),
            from: { type: 'string', description: 'The address of the client' },
            httpVersion: { type: ['string', 'number'], description: '1.0, 1.1, 2 or 3' },
            sni: { type: ['string', 'null'], description: 'The name in the TLS handshake, where it is not the host; null: none is sent' },
            body: { type: 'string', description: 'The text of the body' },
            assume: {
              type: 'object',
              additionalProperties: { type: scalar },
              description: 'Values of what the configuration cannot decide',
            },
            files: { type: 'array', items: { type: 'string' }, description: 'The files that there are; all others are missing' },
            upstreamStatus: { type: 'integer', minimum: 100, maximum: 999, description: 'What the application answers' },
            upstreams: {
              type: 'object',
              additionalProperties: { type: ['string', 'integer', 'object', 'array'] },
              description:
                'Answers by name of a group, a host:port or a named location: a status, refused, timeout, or status and headers; a list: one for each request to it',
            },
            upstreamHeaders: headers("Header lines of the application's answer"),
            expect: {
              type: 'object',
              additionalProperties: false,
              minProperties: 1,
              description: 'What should come of it; a text between slashes is a pattern',
              properties: Object.fromEntries(
                Object.entries(EXPECTATIONS).map(([name, description]) => [name, { description, ...(SHAPES[name] ?? { type: scalar }) }]),
              ),
            },
          },
        },
      },
    },
  };
}
