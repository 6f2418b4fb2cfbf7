/** Who someone is, as nginx hands it to an application: which values name a user, whatever the header is called. */
import { PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import { namesOf } from '../config/names.ts';
import { variablesIn as names } from '../trace/script.ts';
import { sourcesOf } from './where-a-value-comes-from.ts';

/** Headers that say something else, though a login may have a part in their value. */
export const OTHERS = /^(authorization|proxy-authorization|cookie|host|connection|upgrade|content-\w+|x-request-id|x-csrf-\w+|x-xsrf-\w+)$/;

/** By value: a header is sent with one value to very many places. */
const identities = new PerConfig((config, value: string): string | null => {
  for (const name of names(value))
    for (const source of sourcesOf(config, name)) {
      if (source === 'remote_user' || /^ssl_client_(verify|s_dn\w*|i_dn\w*|cert|escaped_cert|raw_cert|fingerprint|serial)$/.test(source))
        return `$${source}`;
      if (
        namesOf(config)
          .definitions('variable', source, 'http')
          .some((s) => s.directive.name === 'auth_request_set')
      )
        return 'the login';
    }
  return null;
});

/** Where an identity comes from: the variable that a login, a certificate or an authentication service fills; null for any other value. */
export const identityIn = (config: Config, value: string): string | null => (value.includes('$') ? identities.of(config, value) : null);
