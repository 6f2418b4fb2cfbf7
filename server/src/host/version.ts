/** The version of the package, told to clients and printed by `--version`. */
import manifest from '../../../package.json';

export const VERSION: string = manifest.version;
