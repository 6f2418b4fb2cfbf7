// Which documents are nginx configuration to the editor.
import type * as vscode from 'vscode';

/** Ours, and the one that the oldest of the other nginx extensions uses. */
export const LANGUAGES = ['nginx', 'NGINX'];

/** True for a document of one of our languages. */
export const isNginx = (document: vscode.TextDocument): boolean => LANGUAGES.includes(document.languageId);
