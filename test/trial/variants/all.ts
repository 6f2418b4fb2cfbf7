/** Every trial that is kept. */
import type { Trial } from '../trial.ts';
import { TRIALS as access } from './access.ts';
import { TRIALS as againRest } from './again-rest.ts';
import { TRIALS as againSecurity } from './again-security.ts';
import { TRIALS as againTls } from './again-tls.ts';
import { TRIALS as answered } from './answered.ts';
import { TRIALS as asked } from './asked.ts';
import { TRIALS as askedMore } from './asked-more.ts';
import { TRIALS as audited } from './audited.ts';
import { TRIALS as below } from './below.ts';
import { TRIALS as bothEnds } from './both-ends.ts';
import { TRIALS as byHand } from './by-hand.ts';
import { TRIALS as certain } from './certain.ts';
import { TRIALS as cluster } from './cluster.ts';
import { TRIALS as compliance } from './compliance.ts';
import { TRIALS as containers } from './containers.ts';
import { TRIALS as correctness } from './correctness.ts';
import { TRIALS as correctnessMore } from './correctness-more.ts';
import { TRIALS as doubted } from './doubted.ts';
import { TRIALS as edge } from './edge.ts';
import { TRIALS as entrusted } from './entrusted.ts';
import { TRIALS as faults } from './faults.ts';
import { TRIALS as forum } from './forum.ts';
import { TRIALS as guarded } from './guarded.ts';
import { TRIALS as hardened } from './hardened.ts';
import { TRIALS as headers } from './headers.ts';
import { TRIALS as kept } from './kept.ts';
import { TRIALS as kinds } from './kinds.ts';
import { TRIALS as latest } from './latest.ts';
import { TRIALS as meant } from './meant.ts';
import { TRIALS as opened } from './opened.ts';
import { TRIALS as operationMore } from './operation-more.ts';
import { TRIALS as people } from './people.ts';
import { TRIALS as php } from './php.ts';
import { TRIALS as posed } from './posed.ts';
import { TRIALS as proxying } from './proxying.ts';
import { TRIALS as proxyingMore } from './proxying-more.ts';
import { TRIALS as asPublic } from './public.ts';
import { TRIALS as questions } from './questions.ts';
import { TRIALS as refused } from './refused.ts';
import { TRIALS as reviewed } from './reviewed.ts';
import { TRIALS as rewriting } from './rewriting.ts';
import { TRIALS as sceptic } from './sceptic.ts';
import { TRIALS as scripts } from './scripts.ts';
import { TRIALS as security } from './security.ts';
import { TRIALS as securityMore } from './security-more.ts';
import { TRIALS as shapesCorrectness } from './shapes-correctness.ts';
import { TRIALS as shapesProxying } from './shapes-proxying.ts';
import { TRIALS as shapesSecurity } from './shapes-security.ts';
import { TRIALS as shapesSides } from './shapes-sides.ts';
import { TRIALS as sidesMore } from './sides-more.ts';
import { TRIALS as strangers } from './strangers.ts';
import { TRIALS as tls } from './tls.ts';
import { TRIALS as tlsMore } from './tls-more.ts';
import { TRIALS as translated } from './translated.ts';
import { TRIALS as validity } from './validity.ts';
import { TRIALS as wsgi } from './wsgi.ts';
import { TRIALS as wsgiMore } from './wsgi-more.ts';
import { TRIALS as wsgiRest } from './wsgi-rest.ts';

export const TRIALS: readonly Trial[] = [
  ...access,
  ...answered,
  ...asked,
  ...askedMore,
  ...audited,
  ...below,
  ...bothEnds,
  ...certain,
  ...cluster,
  ...againRest,
  ...againSecurity,
  ...againTls,
  ...compliance,
  ...containers,
  ...correctness,
  ...correctnessMore,
  ...doubted,
  ...edge,
  ...entrusted,
  ...faults,
  ...forum,
  ...guarded,
  ...hardened,
  ...headers,
  ...kinds,
  ...kept,
  ...byHand,
  ...latest,
  ...meant,
  ...opened,
  ...operationMore,
  ...people,
  ...posed,
  ...php,
  ...proxying,
  ...proxyingMore,
  ...asPublic,
  ...questions,
  ...refused,
  ...reviewed,
  ...rewriting,
  ...sceptic,
  ...scripts,
  ...security,
  ...securityMore,
  ...shapesCorrectness,
  ...shapesProxying,
  ...shapesSecurity,
  ...shapesSides,
  ...sidesMore,
  ...strangers,
  ...tls,
  ...tlsMore,
  ...translated,
  ...validity,
  ...wsgi,
  ...wsgiMore,
  ...wsgiRest,
];
