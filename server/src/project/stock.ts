/** nginx's own files, for projects that do not hold a copy: an include of `uwsgi_params` means the same on every server. */
import { type FileId, normalPath, pathOf } from '../base/file-id.ts';
import { STOCK_FILES } from '../catalog/stock-files.ts';
import { isStock, type StockFiles, stockId } from '../config/stock.ts';
import type { NginxParser } from '../syntax/parser.ts';
import type { SourceFile } from '../syntax/statement.ts';

/** Folders that hold nginx's configuration on some system: what is in them under a name of nginx is nginx's file. */
const FOLDERS =
  /^\/(etc\/(nginx|angie|openresty)|usr\/local\/(etc\/nginx|nginx\/conf|openresty\/nginx\/conf)|opt\/nginx\/conf|etc\/letsencrypt)\//;

/** Files of which guides say that one copies them beside the site (Django's and uWSGI's do), under their own names and as they are. */
const COPIED = /(?:^|\/)(uwsgi_params|scgi_params|fastcgi_params)$/;

/** The key of the stock file that a path as written names; null when it names none. */
function keyOf(path: string): string | null {
  const absolute = path.startsWith('/');
  const normal = normalPath(path);
  if (Object.hasOwn(STOCK_FILES, normal)) return normal;
  const copied = COPIED.exec(normal)?.[1];
  if (copied) return copied;
  const below = absolute ? normal.replace(FOLDERS, '') : normal.slice(1);
  if (absolute && below === normal) return null;
  const key = below.replace(/^conf\//, '');
  if (Object.hasOwn(STOCK_FILES, key)) return key;
  // certbot's file is often copied into a folder of its own beside the site
  return /(^|\/)options-ssl-nginx\.conf$/.test(key) ? '/etc/letsencrypt/options-ssl-nginx.conf' : null;
}

/** The built-in files of one parser, parsed when first asked for. */
export class Stock implements StockFiles {
  private readonly sources = new Map<FileId, SourceFile>();

  constructor(private readonly parser: NginxParser) {}

  find(path: string): FileId | null {
    const key = keyOf(path);
    return key === null ? null : stockId(key.startsWith('/') ? key : `/etc/nginx/${key}`);
  }

  source(file: FileId): SourceFile | null {
    if (!isStock(file)) return null;
    const known = this.sources.get(file);
    if (known) return known;
    const path = pathOf(file);
    const text = STOCK_FILES[path] ?? STOCK_FILES[path.replace(/^\/etc\/nginx\//, '')];
    return text === undefined ? null : this.add(file, text);
  }

  /** Takes up a further built-in text, such as a main file that is in; one name always has one text. */
  add(file: FileId, text: string): SourceFile {
    let known = this.sources.get(file);
    if (!known) this.sources.set(file, (known = this.parser.open(file, text)));
    return known;
  }
}
