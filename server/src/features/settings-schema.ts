/** The JSON schema of `.proxylens.yaml`, by which editors complete and check it. */
import { type Choices, declared, LEVELS, PROJECT_KEYS, type Shape } from '../config/declared.ts';
import { RULE_GROUPS, type Rule } from '../rules/rule.ts';

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly description?: string;
  readonly default?: unknown;
  readonly deprecated?: boolean;
  readonly pattern?: string;
  readonly minimum?: number;
}

const words = (choices: Choices): string[] => Object.keys(choices);

/** What JSON schema says of a shape. Levels by rule are named one by one where the rules are given. */
export function schemaOf(shape: Shape, levels?: Readonly<Record<string, JsonSchema>>): JsonSchema {
  switch (shape.is) {
    case 'text':
      return { type: 'string' };
    case 'version':
      return { type: ['string', 'number'], pattern: '^\\d+\\.\\d+(\\.\\d+)?([-+~].*)?$' };
    case 'truth':
      return { type: 'boolean' };
    case 'count':
      return { type: 'integer', minimum: 0 };
    case 'limit':
      return { type: ['integer', 'null'], minimum: 0 };
    case 'one':
      return { enum: words(shape.of) };
    case 'list':
      return { type: 'array', items: schemaOf(shape.item) };
    case 'map':
      return shape.rules && levels
        ? { type: 'object', properties: levels, additionalProperties: false }
        : { type: 'object', additionalProperties: schemaOf(shape.value) };
    case 'record':
      return {
        type: 'object',
        additionalProperties: false,
        ...(shape.required ? { required: [shape.required] } : {}),
        properties: Object.fromEntries(Object.entries(shape.fields).map(([name, field]) => [name, schemaOf(field)])),
      };
  }
}

/** A clause as a sentence. */
export const sentence = (clause: string): string => `${clause[0]?.toUpperCase() ?? ''}${clause.slice(1)}.`;

/** The schema of the settings file, with the levels of all rules. */
export function settingsSchema(rules: readonly Rule[]) {
  const level = { enum: words(LEVELS) };
  const levels: Record<string, JsonSchema> = Object.fromEntries([
    ...RULE_GROUPS.map((g) => [g, { ...level, description: `All rules of the group ${g}` }]),
    ...rules.flatMap((r) =>
      (r.formerly ?? []).map((id) => [id, { ...level, description: `Now called ${r.id}`, deprecated: true }] as const),
    ),
    ...rules.map((r) => [r.id, { ...level, description: r.title, default: r.default ? r.severity : 'off' }]),
    ['unused-suppression', { ...level, description: 'A proxylens-ignore comment that suppresses nothing', default: 'hint' }],
  ]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Proxylens settings',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      PROJECT_KEYS.map((key): [string, JsonSchema] => {
        const { shape, is } = declared(key);
        return [key, { ...schemaOf(shape, levels), description: sentence(is) }];
      }),
    ),
  };
}
