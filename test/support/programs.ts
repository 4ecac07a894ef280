/** Programs of this repository, run by tests as processes of their own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Of the tests' own environment a program finds no setting, but what Node made of the modules before (scripts/start sets
 * it too): loading them takes half of the processor time then.
 * @param more what the test says
 */
export function environmentOf(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }), ...more };
}

/** @param name of a file in scripts/, without its ending @returns when it has ended, in whatever way */
export function runScript(name: string, args: readonly string[], more: NodeJS.ProcessEnv): Promise<Ran> {
  const script = fileURLToPath(new URL(`../../scripts/${name}.ts`, import.meta.url));
  return new Promise((done) => {
    execFile(process.execPath, [script, ...args], { env: environmentOf(more) }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
