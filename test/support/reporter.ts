/** Mocha's own report, and then, as the very last line of the run, `N passed, N failed`. */

import { writeSync } from 'node:fs';
import Mocha from 'mocha';

/** A run that is over and does not end has left something open: a fault of the tests, and it is said. */
const lingerLimitMs = 60_000;

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      setTimeout(endLingering, lingerLimitMs).unref();
      // At the exit of the process: nothing can print after it.
      process.once('exit', () => writeSync(1, `${countLine(runner)}\n`));
    });
  }
}

function countLine({ stats }: Mocha.Runner): string {
  return `${stats?.passes ?? 0} passed, ${stats?.failures ?? 0} failed`;
}

function endLingering(): void {
  const open = process.getActiveResourcesInfo().join(', ');
  process.stderr.write(`The tests are over, and the process does not end: ${open} were left open.\n`);
  // Behind mocha's own listener, which says that all went well where no test failed.
  process.once('exit', () => {
    process.exitCode = 1;
  });
  process.exit();
}
