/** Users of a machine and their home folders: whom nginx's workers run as, and what they may not enter. */
import type { Config } from '../../config/config.ts';

/** The user and group of nginx's workers; null where the configuration does not say. */
export function userOf(config: Config): { readonly user: string; readonly group: string } | null {
  const directive = config.main.effective('user').directives.at(-1);
  const [user, group] = directive?.values ?? [];
  return directive && user && !directive.args.some((w) => w.templated) && !user.includes('$') ? { user, group: group ?? user } : null;
}

/** The home folder that a path is in, with its owner; null for others. That of root, which is closed everywhere, needs no unit to be told (folder-closed-to-workers). */
export const homeOf = (path: string): { readonly folder: string; readonly owner: string } | null => {
  const m = /^\/home\/([\w.-]+)(?:\/|$)/.exec(path);
  return m ? { folder: `/home/${m[1]}`, owner: m[1]! } : null;
};

/** Whether the workers run as the owner of a folder, or as root, as far as the configuration says. */
export const isOwn = (config: Config, owner: string): boolean => [owner, 'root'].includes(userOf(config)?.user ?? '');
