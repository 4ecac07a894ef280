/** The load generator's handle in the bench's own process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Job, Outcome, Told } from './load.ts';

export interface Generator {
  /** One job at a time. @throws Error with what went wrong over there */
  run(job: Job): Promise<Outcome>;
  stop(): Promise<void>;
}

export function startGenerator(): Generator {
  const child = fork(join(import.meta.dirname, 'load.ts'), [], { serialization: 'advanced' });
  return {
    run: async (job) => {
      const told = new Promise<Told>((resolve, reject) => {
        const ended = () => reject(new Error('the load generator ended'));
        child.once('exit', ended);
        child.once('message', (message) => {
          child.off('exit', ended);
          resolve(message as Told);
        });
      });
      child.send(job);
      const answer = await told;
      if ('failed' in answer) throw new Error(answer.failed);
      return answer.outcome;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
