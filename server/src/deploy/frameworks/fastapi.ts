/** FastAPI: Starlette with pages of documentation that ask for their description below the root path. */
import { starletteFamily } from './starlette.ts';

export default starletteFamily({
  name: 'fastapi',
  title: 'FastAPI',
  makes: { word: 'FastAPI', callee: /^fastapi\.(applications\.)?FastAPI$/ },
  hasDocs: (settings) => settings.hasDocs,
  docs: (settings) => settings.docs,
});
