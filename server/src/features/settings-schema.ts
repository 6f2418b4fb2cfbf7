/** The JSON schema of `.proxylens.yaml`, by which editors complete and check it. */
import { RULE_GROUPS, type Rule } from '../rules/rule.ts';

const LEVEL = { enum: ['error', 'warning', 'info', 'hint', 'off'] };
const words = { type: 'array', items: { type: 'string' } };

export function settingsSchema(rules: readonly Rule[]) {
  const ruleLevels = Object.fromEntries([
    ...RULE_GROUPS.map((g) => [g, { ...LEVEL, description: `All rules of the group ${g}` }]),
    ...rules.map((r) => [r.id, { ...LEVEL, description: r.title, default: r.default ? r.severity : 'off' }]),
    ['unused-suppression', { ...LEVEL, description: 'A proxylens-ignore comment that silences nothing', default: 'hint' }],
  ]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Proxylens settings',
    type: 'object',
    additionalProperties: false,
    properties: {
      nginxVersion: {
        type: ['string', 'number'],
        description: 'The nginx that will run the configuration, such as 1.27.3, or the version of its package, such as 1.22.1-9+deb12u7',
        pattern: '^\\d+\\.\\d+(\\.\\d+)?([-+~].*)?$',
      },
      opensslVersion: { type: ['string', 'number'], description: 'The OpenSSL that nginx was built with, such as 3.0.17' },
      flavour: { enum: ['oss', 'plus', 'openresty', 'angie'], description: 'Which nginx it is' },
      build: {
        enum: ['any', 'plain', 'debian', 'official', 'openresty', 'angie', 'plus'],
        description: 'Which modules there are; "any" takes every known module for present',
      },
      modules: { ...words, description: 'Further modules that are loaded, by file or module name' },
      root: { ...words, description: 'Main files, relative to this file' },
      prefix: { type: 'string', description: 'What relative paths hang from (nginx -p)' },
      pathMap: {
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'Where paths of the configuration lie, such as /etc/nginx: ./deploy/nginx',
      },
      profile: { enum: ['recommended', 'strict', 'wsgi', 'validity'], description: 'Which rules are on' },
      mozilla: { enum: ['modern', 'intermediate', 'old'], description: 'The Mozilla TLS profile that below-mozilla-profile compares with' },
      rules: { type: 'object', properties: ruleLevels, additionalProperties: false, description: 'Levels by rule or group' },
      ignore: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['paths'],
          properties: {
            paths: { ...words, description: 'Masks of paths' },
            rules: { ...words, description: 'Rules or groups; all when absent' },
          },
        },
        description: 'Files in which rules stay silent',
      },
      directives: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['name'],
          properties: {
            name: { type: 'string' },
            contexts: { ...words, description: 'Where it may stand; everywhere when absent' },
            min: { type: 'integer', minimum: 0 },
            max: { type: ['integer', 'null'], minimum: 0 },
            block: { type: 'boolean' },
          },
        },
        description: 'Directives of modules that Proxylens does not know',
      },
      variables: { ...words, description: 'Variables that own modules define, without the dollar sign' },
      environment: { type: 'boolean', description: 'Also check what depends on this machine: files, certificates, host names' },
    },
  };
}
