// The README as the Extensions view and a registry show it. Both load pictures from https addresses alone, and neither follows a relative link.

/** Text in fences is code: nothing in it is a link. */
const FENCED = /^(```[\s\S]*?^```$)/m;
const PICTURE = /!\[([^\]]*)\]\((?!\w+:|#)([^)]*)\)/g;
const LINK = /(?<!!)\[([^\]]*)\]\((?!\w+:|#)([^)]*)\)/g;

/**
 * With the address of a repository relative pictures and links lead there; without it pictures are left out, and links become their words.
 * @param {string} text @param {string | null} repository an https address without a slash at its end
 */
export function shopWindow(text, repository) {
  const of = repository?.includes('gitlab') ? `${repository}/-` : repository;
  /** @param {string} prose */
  const shown = (prose) =>
    of === null || of === undefined
      ? prose
          .replace(/^!\[[^\]]*\]\((?!\w+:|#)[^)]*\)\n+/gm, '')
          .replace(PICTURE, '$1')
          .replace(LINK, '$1')
      : prose.replace(PICTURE, `![$1](${of}/raw/HEAD/$2)`).replace(LINK, `[$1](${of}/blob/HEAD/$2)`);
  return text
    .split(FENCED)
    .map((part, i) => (i % 2 ? part : shown(part)))
    .join('');
}
