/** How much fits into a shared memory zone. Figures follow the slab allocator (ngx_slab.c) and the modules' node types on 64-bit systems. */

const PAGE = 4096;
/** sizeof(ngx_slab_page_t), one for each page */
const PAGE_NOTE = 24;
/** the pool's head with its slots and their statistics, about */
const HEAD = 1024;

const powerAbove = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(8, n)));

/** The number of nodes of `bytes` each that a zone of `size` bytes holds, when it holds nothing else. */
export function nodesIn(size: number, bytes: number): number {
  const pages = Math.max(0, Math.floor((size - HEAD) / (PAGE + PAGE_NOTE)));
  const slot = powerAbove(bytes);
  return slot > PAGE / 2 ? Math.floor(pages / Math.ceil(bytes / PAGE)) : pages * Math.floor(PAGE / slot);
}

/** Length of a key in bytes where its text tells; null elsewhere. */
export function keyLength(key: string): number | null {
  if (key === '$binary_remote_addr') return 16;
  if (/^\$(server_name|host|remote_addr)$/.test(key)) return null;
  return key.includes('$') ? null : key.length;
}

/** offsetof(ngx_rbtree_node_t, color) + offsetof(ngx_http_limit_req_node_t, data): 32 + 48 bytes, and the key. */
export const limitReqKeys = (size: number, key: number): number => nodesIn(size, 80 + key);
/** 32 + offsetof(ngx_http_limit_conn_node_t, data) = 4 bytes, and the key. */
export const limitConnKeys = (size: number, key: number): number => nodesIn(size, 36 + key);
/** sizeof(ngx_http_file_cache_node_t): 120 bytes. */
export const cacheKeys = (size: number): number => nodesIn(size, 120);

/** Two leading digits: 81,408 becomes 81,000. */
export function about(n: number): string {
  if (n < 100) return String(n);
  const unit = 10 ** (Math.floor(Math.log10(n)) - 1);
  return (Math.floor(n / unit) * unit).toLocaleString('en-US');
}
