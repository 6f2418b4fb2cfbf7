import { loadCatalog } from '../../catalog/catalog.ts';
import { rulePage } from '../../features/explain.ts';
import { ruleOf } from '../../rules/rule.ts';
import { reads } from '../handler.ts';
import { type ExplainParams, type ExplainResult, Requests } from '../protocol.ts';

export const explain = reads<ExplainParams, ExplainResult | null>({
  method: Requests.explain,
  early: true,
  run({ session }, { rule: id }) {
    const rule = ruleOf(session.rules, id);
    return rule ? { title: rule.id, markdown: rulePage(rule, loadCatalog()) } : null;
  },
});
