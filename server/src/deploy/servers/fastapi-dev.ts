/** `fastapi dev`: `fastapi run` on this machine only, which reloads code. */
import { fastapiCommand } from './fastapi-run.ts';

export default fastapiCommand('dev');
