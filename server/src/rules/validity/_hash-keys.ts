/** Names and masks in nginx's wildcard hashes (ngx_hash_add_key): what is no mask, and what is there already. */

/** The names that one of nginx's hash tables has to hold. */
export class HashKeys {
  private readonly exact = new Set<string>();
  private readonly head = new Set<string>();
  private readonly tail = new Set<string>();

  /** `invalid`: no name and no mask; `taken`: an equal one was added before. With `wildcards` false every text is a name. */
  add(key: string, wildcards = true): 'ok' | 'invalid' | 'taken' {
    const text = key.toLowerCase();
    if (wildcards) {
      const stars = [...text].filter((c) => c === '*').length;
      if (stars > 1 || text.includes('..') || text.includes('\0')) return 'invalid';
      if (text.length > 1 && text.startsWith('.')) {
        const rest = text.slice(1);
        if (this.exact.has(rest)) return 'taken';
        this.exact.add(rest);
        return this.put(this.head, rest);
      }
      if (text.length > 2) {
        if (text.startsWith('*.')) return this.put(this.head, text.slice(2));
        if (text.endsWith('.*')) return this.put(this.tail, text.slice(0, -2));
      }
      if (stars) return 'invalid';
    }
    return this.put(this.exact, text);
  }

  private put(set: Set<string>, key: string): 'ok' | 'taken' {
    if (set.has(key)) return 'taken';
    set.add(key);
    return 'ok';
  }
}
