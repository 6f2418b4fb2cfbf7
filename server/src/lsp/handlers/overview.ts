/** The workspace's configurations as trees and as files for `nginx -t`, and whether a text is nginx configuration at all. */

import { fileId, pathOf } from '../../base/file-id.ts';
import { type OverviewNode, overviewOf } from '../../features/overview.ts';
import { PLAN_FOLDERS, testPlan } from '../../features/test-plan.ts';
import { verdictOn } from '../../project/content.ts';
import { toRange } from '../convert/encoding.ts';
import { reads } from '../handler.ts';
import {
  type LooksLikeParams,
  type LooksLikeResult,
  type OverviewItem,
  type OverviewResult,
  Requests,
  type TestPlanParams,
  type TestPlanResult,
} from '../protocol.ts';
import { findingsOf } from '../session.ts';
import { labelled } from './roots.ts';

export const overview = reads<null, OverviewResult>({
  method: Requests.overview,
  takesNothing: true,
  run({ snapshot, session, encoding }) {
    const item = (n: OverviewNode): OverviewItem => {
      const source = n.at ? snapshot.file(n.at.file) : null;
      return {
        kind: n.kind,
        label: n.label,
        detail: n.detail,
        at: n.at && source ? { uri: n.at.file, range: toRange(source, n.at.span, encoding) } : null,
        findings: n.findings,
        url: n.url,
        children: n.children.map(item),
      };
    };
    return {
      roots: snapshot.configs
        .filter((c) => c.kind === 'root')
        .map((config) => ({
          ...labelled(config, snapshot.configs),
          nginxVersion: config.settings.target.nginx.text,
          items: overviewOf(config, findingsOf(session, config), snapshot.deploymentOf(config)).map(item),
        })),
    };
  },
});

export const plan = reads<TestPlanParams, TestPlanResult>({
  method: Requests.testPlan,
  run({ snapshot, session }, { uri, folder }) {
    const config = snapshot.configsOf(fileId(uri))[0] ?? snapshot.configs.find((c) => c.root === fileId(uri));
    if (!config) return { ok: false, message: 'No main file is known. Open one, or name it in the setting proxylens.root.' };
    const made = testPlan(config, folder);
    if ('problem' in made) return { ok: false, message: made.problem };
    return {
      ...made,
      ok: true,
      files: made.files.map(({ path, text, file }) => ({ path, text, uri: file })),
      folders: [...PLAN_FOLDERS],
      replaced: [...made.replaced],
      unseen: [...made.unseen],
      images: session.workspace.imagesOf(config).map((image) => ({ ...image })),
    };
  },
});

export const looksLike = reads<LooksLikeParams, LooksLikeResult>({
  method: Requests.looksLike,
  run({ session }, { uri, text }) {
    return { nginx: verdictOn(text, pathOf(fileId(uri)), session.workspace.catalog) === 'nginx' };
  },
});
