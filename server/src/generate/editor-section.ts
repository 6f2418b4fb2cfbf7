/** The section `contributes.configuration` of package.json: what the settings' declaration says, in the form that VS Code shows. */
import { type Choices, declared, EDITOR_SETTINGS, type EditorDeclared, GROUPS, PROJECT_KEYS, type Shape } from '../config/declared.ts';
import { schemaOf, sentence } from '../features/settings-schema.ts';

const PROJECT_SAYS = 'As the project says';

/** A choice that may be left to the project: the empty text does so. */
const choice = (of: Choices) => ({
  type: 'string',
  enum: ['', ...Object.keys(of)],
  enumItemLabels: [PROJECT_SAYS, ...Object.keys(of)],
  enumDescriptions: ['Use the value of `.proxylens.yaml`, otherwise the default.', ...Object.values(of)],
  default: '',
});

function ofProject(shape: Shape): object {
  switch (shape.is) {
    case 'text':
    case 'version':
      return { type: 'string', default: '' };
    case 'one':
      return choice(shape.of);
    case 'truth':
      return choice({ on: 'Reported.', off: 'Not reported.' });
    case 'list':
      return { ...schemaOf(shape), default: [] };
    default:
      return { ...schemaOf(shape), default: {} };
  }
}

function ofEditor({ shape, default: byDefault }: EditorDeclared): object {
  if (shape.is !== 'one') return { type: shape.is === 'truth' ? 'boolean' : 'string', default: byDefault };
  return {
    type: 'string',
    enum: Object.keys(shape.of),
    ...(shape.labels ? { enumItemLabels: Object.values(shape.labels) } : {}),
    enumDescriptions: Object.values(shape.of),
    default: byDefault,
  };
}

/** Value of `contributes.configuration`. */
export function editorSection(): { title: string; order: number; properties: Record<string, object> }[] {
  return Object.entries(GROUPS).map(([group, title], i) => {
    const properties: Record<string, object> = {};
    for (const key of PROJECT_KEYS) {
      const { shape, is, more, editor } = declared(key);
      if (editor?.group !== group) continue;
      properties[`proxylens.${editor.key}`] = {
        ...ofProject(shape),
        markdownDescription: [sentence(is), more ?? []].flat().join(' '),
        scope: 'resource',
      };
    }
    for (const [key, setting] of Object.entries<EditorDeclared>(EDITOR_SETTINGS))
      if (setting.group === group)
        properties[`proxylens.${key}`] = { ...ofEditor(setting), markdownDescription: setting.is, scope: setting.scope ?? 'resource' };
    return { title, order: i + 1, properties };
  });
}
