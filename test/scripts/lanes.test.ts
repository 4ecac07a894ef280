import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { countIn, describeCount, inLanes } from '../support/lanes.ts';

describe('the lanes of scripts/test', () => {
  it('take every test file once, and each has some', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const files = globSync('test/**/*.test.ts', { cwd: root });
    const { computing, waiting, measuring } = inLanes(files);
    expect([...computing, ...waiting, ...measuring]).to.have.members(files);
    expect(waiting).to.include.members(['test/crash/crash.test.ts', 'test/ledger/commit.test.ts']);
    expect(measuring).to.deep.equal(['test/abuse/overload.test.ts']);
    expect(computing).to.include('test/rooms.test.ts');
  });

  it('come to one count, in which a run that broke off has failed', () => {
    const whole = countIn('  ✔ one\n  9 passing (1s)\n9 passed, 0 failed\n');
    expect(describeCount([whole, countIn('11 passed, 2 failed\n')])).to.equal('20 passed, 2 failed');
    expect(describeCount([whole, countIn('9 passed, 0 failed\nand more\n')])).to.equal('9 passed, 1 failed');
    expect(describeCount([whole, countIn('')])).to.equal('9 passed, 1 failed');
  });
});
