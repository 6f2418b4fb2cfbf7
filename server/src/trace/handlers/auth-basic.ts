/** ngx_http_auth_basic_module. What nginx checks by itself is compared; for hashes of the system’s crypt() the answer is an assumption. */
import { fromBytes, toBytes } from '../../base/bytes.ts';
import { fitsHash } from '../passwords.ts';
import type { Handler } from '../phases.ts';
import type { Run, Verdict } from '../run.ts';
import { restsOn } from '../unseen.ts';
import { basicUser } from '../variables.ts';

function refuse(run: Run, realm: string): 401 {
  run.reply.wwwAuthenticate = [run.reply.add('WWW-Authenticate', `Basic realm="${realm}"`, run.directive('auth_basic') ?? null)];
  return 401;
}

export const authBasicHandler: Handler = {
  module: 'ngx_http_auth_basic_module',
  reads: ['auth_basic', 'auth_basic_user_file'],
  run(run): Verdict {
    const directive = run.directive('auth_basic');
    const file = run.directive('auth_basic_user_file');
    if (!directive || !file) return 'declined';
    const realm = run.value(directive.value(0));
    if (realm === 'off') return 'declined';
    const credentials = basicUser(run);
    if (!credentials) {
      run.report.step({ phase: 'access', handler: this.module, at: directive, said: 'no credentials: 401' });
      return refuse(run, realm);
    }
    const path = run.full(run.value(file.value(0)), 'conf');
    const text = run.options.files?.text?.(fromBytes(path));
    // nginx opens a folder, and cannot read it
    if (run.options.files?.stat(fromBytes(path)) === 'folder') {
      run.report.step({ phase: 'access', handler: this.module, at: file, said: 'the user file is a folder: 500' });
      return 500;
    }
    if (text === null) {
      run.report.step({ phase: 'access', handler: this.module, at: file, said: 'the user file is missing: 403' });
      return 403;
    }
    const line = text?.split(/\r?\n/).find((l) => !l.startsWith('#') && l.startsWith(`${fromBytes(credentials.user)}:`));
    const hash = line?.slice(credentials.user.length + 1).split(':')[0];
    const fits = hash === undefined ? null : fitsHash(credentials.password, toBytes(hash));
    let verdict: string;
    let rest: string | undefined;
    if (text !== undefined && line === undefined) verdict = 'denied';
    else if (fits !== null) verdict = fits ? 'allowed' : 'denied';
    else {
      rest = 'auth_basic';
      verdict = run.report.assume({
        id: rest,
        what: 'user name and password',
        otherwise: 'allowed',
        why:
          hash === undefined
            ? 'the user file decides'
            : 'its hash in the user file is of a kind that is not computed here (crypt, or too costly a bcrypt)',
        choices: ['allowed', 'denied', 'file missing'],
        at: file,
      });
    }
    if (verdict === 'file missing') {
      run.report.step({ phase: 'access', handler: this.module, at: file, said: 'the user file is missing: 403', ...restsOn(rest) });
      return 403;
    }
    const user = fromBytes(credentials.user);
    if (verdict !== 'allowed') {
      run.report.step({ phase: 'access', handler: this.module, at: directive, said: `${user} is refused: 401`, ...restsOn(rest) });
      return refuse(run, realm);
    }
    run.report.step({ phase: 'access', handler: this.module, at: directive, said: `${user} is allowed`, ...restsOn(rest) });
    return 'ok';
  },
};
