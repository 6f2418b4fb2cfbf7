// Makes all of the editor tools ahead of time, for a machine that goes offline, or for an image. Otherwise they are made when first needed.
import { ensureNewestWeb, ensureNode, tools } from './editor-tools.mjs';

await Promise.all([ensureNode(console.log), ensureNewestWeb(console.log)]);
console.log(`the editor tools are in ${tools}`);
