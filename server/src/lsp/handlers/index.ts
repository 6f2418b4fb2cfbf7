/** Every method that the server answers. A handler that is not here does not exist, and its capability is not advertised. */
import type { Handler } from '../handler.ts';
import { incomingCalls, outgoingCalls, prepareCallHierarchy } from './call-hierarchy.ts';
import { codeAction, codeActionResolve } from './code-action.ts';
import { completionHandler, completionResolve } from './completion.ts';
import { diagnostic, workspaceDiagnostic } from './diagnostic.ts';
import { documentLink } from './document-link.ts';
import { explain } from './explain.ts';
import { fixAll } from './fix-all.ts';
import { foldingRange, selectionRange } from './folding.ts';
import { formatting, onTypeFormatting, rangeFormatting } from './format.ts';
import { hoverHandler } from './hover.ts';
import { inlayHandler } from './inlay.ts';
import { lensHandler } from './lens.ts';
import { definition, documentHighlight, referencesHandler } from './navigation.ts';
import { deploymentDefaults, newDeploymentHandler } from './new-deployment.ts';
import { looksLike, overview, plan } from './overview.ts';
import { prepareRename, renameHandler } from './rename.ts';
import { roots } from './roots.ts';
import { signatureHandler } from './signature.ts';
import { documentSymbol, workspaceSymbol } from './symbols.ts';
import { semanticTokens, semanticTokensDelta, semanticTokensRange } from './tokens.ts';
import { map, requestTests, suggestRequests, trace } from './trace.ts';

export const HANDLERS: readonly Handler[] = [
  deploymentDefaults,
  newDeploymentHandler,
  looksLike,
  map,
  overview,
  plan,
  requestTests,
  suggestRequests,
  trace,
  codeAction,
  codeActionResolve,
  completionHandler,
  completionResolve,
  definition,
  diagnostic,
  workspaceDiagnostic,
  documentHighlight,
  documentLink,
  documentSymbol,
  explain,
  fixAll,
  foldingRange,
  formatting,
  hoverHandler,
  incomingCalls,
  inlayHandler,
  lensHandler,
  onTypeFormatting,
  outgoingCalls,
  prepareCallHierarchy,
  prepareRename,
  rangeFormatting,
  referencesHandler,
  renameHandler,
  roots,
  selectionRange,
  semanticTokens,
  semanticTokensDelta,
  semanticTokensRange,
  signatureHandler,
  workspaceSymbol,
];
