/** A framework whose server is not in the workspace. */

import { unseen } from '../seen.ts';
import { unknownSetting } from '../setting.ts';
import { declareServer, plain } from './server.ts';
import { unproxied } from './unproxied.ts';

const NOT_KNOWN = 'no server is configured here';

export const unknown = declareServer<null>({
  name: 'unknown',
  title: 'the application server',
  package: null,
  role: 'production',
  python: true,
  programs: [],
  activation: 'fd',
  socketMode: '755',
  timeoutName: 'timeout',
  start: () => plain(null, [], undefined, { target: unknownSetting(NOT_KNOWN) }),
  environ: (application, _, request) =>
    unproxied(application, request, { scheme: unseen(NOT_KNOWN), remoteAddr: unseen(NOT_KNOWN), serverPort: unseen(NOT_KNOWN) }),
});
