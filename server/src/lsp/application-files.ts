/** Which files of a workspace belong to the application's side, by name alone. */
import { wanted } from '../deploy/wanted.ts';

export const isApplicationFile = (path: string): boolean => wanted(path);
