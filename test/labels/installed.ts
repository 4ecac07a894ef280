/** Programs of other people's that a test uses where this machine has them. */
import { execFile } from 'node:child_process';

/** @param harmless an argument with which the program ends at once. */
export function isInstalled(program: string, harmless: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, [harmless], (error) => resolve(error === null || error.code !== 'ENOENT'));
  });
}
