import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { findMongod, type MongodSource } from '../../src/database/mongod-binary.ts';
import { checkSha256 } from '../../src/database/mongod-sources.ts';
import { CannotStart } from '../../src/errors.ts';

describe('finding a mongod', () => {
  let root: string;
  const said: string[] = [];

  beforeEach(async () => {
    said.length = 0;
    root = await mkdtemp(join(tmpdir(), 'pps-trace-test-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  /** A program that answers as a mongod does. @returns its path */
  async function program(place: string, script: string): Promise<string> {
    const path = join(root, place);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }
  const mongod = (place: string, version: string) => program(place, `echo 'db version v${version}'`);

  const find = (options: { explicit?: string; path?: string[]; sources?: MongodSource[] } = {}) =>
    findMongod({
      explicit: options.explicit,
      searchPath: (options.path ?? []).map((place) => join(root, place)).join(delimiter),
      cache: join(root, 'cache'),
      sources: options.sources ?? [],
      progress: (sentence) => said.push(sentence),
    });

  async function refusalOf(found: Promise<unknown>): Promise<string> {
    const refusal = await found.catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(CannotStart);
    return String(refusal);
  }

  it('takes the one that the operator names, before all others', async () => {
    const explicit = await mongod('own/mongod', '7.0.1');
    await mongod('bin/mongod', '6.0.5');
    expect(await find({ explicit, path: ['bin'] })).to.deep.equal({ path: explicit, version: '7.0.1' });
  });

  it('never replaces the one that the operator names by another', async () => {
    await mongod('bin/mongod', '6.0.5');
    const missing = join(root, 'nowhere');
    expect(await refusalOf(find({ explicit: missing, path: ['bin'] }))).to.match(
      /MONGOD_BINARY cannot be used.*nowhere/,
    );
    const old = await mongod('old/mongod', '4.4.29');
    expect(await refusalOf(find({ explicit: old, path: ['bin'] }))).to.match(/4\.4\.29, which is too old/);
  });

  it('takes the first on PATH that runs and is new enough', async () => {
    await mongod('a/mongod', '5.0.0');
    await program('b/mongod', 'echo "libcrypto.so.1.1: cannot open shared object file" >&2; exit 127');
    const good = await mongod('c/mongod', '6.0.0');
    await mongod('d/mongod', '8.0.0');
    expect(await find({ path: ['missing', 'a', 'b', 'c', 'd'] })).to.deep.equal({
      path: good,
      version: '6.0.0',
    });
  });

  it('takes the newest in the cache, and passes over what a fetch has not finished', async () => {
    await mongod('cache/6.0.5/mongod', '6.0.5');
    const newest = await mongod('cache/10.0.1/mongod', '10.0.1');
    await mongod('cache/.fetch-x1/mongod', '11.0.0');
    expect(await find()).to.deep.equal({ path: newest, version: '10.0.1' });
  });

  it('fetches only when nothing is there, from the first source that has one, and says so', async () => {
    const fetched = await mongod('fetched', '6.0.5');
    const closed = { name: 'the closed', fetch: () => Promise.reject(new Error('no answer')) };
    const open = { name: 'the open', fetch: () => Promise.resolve(fetched) };
    const never = { name: 'the last', fetch: () => Promise.reject(new Error('not to be asked')) };
    expect(await find({ sources: [closed, open, never] })).to.deep.equal({ path: fetched, version: '6.0.5' });
    expect(said).to.have.lengthOf(2);
    await mongod('bin/mongod', '6.0.5');
    said.length = 0;
    await find({ path: ['bin'], sources: [never] });
    expect(said).to.deep.equal([]);
  });

  it('says in one line what was tried and what to do when there is none', async () => {
    await program('bin/mongod', 'echo "cannot execute: wrong machine" >&2; exit 126');
    const sources = [{ name: 'the index', fetch: () => Promise.reject(new Error('it is closed\nat x')) }];
    const sentence = await refusalOf(find({ path: ['bin'], sources }));
    expect(sentence).to.match(/install one, or set MONGOD_BINARY.*MONGODB_URI/);
    expect(sentence).to.include('wrong machine').and.to.include('the index: it is closed');
    expect(sentence).to.not.include('\n');
  });

  it('does not look where PATH has an empty or relative entry', async () => {
    const before = process.cwd();
    await mongod('mongod', '6.0.5');
    process.chdir(root);
    try {
      const search = {
        explicit: undefined,
        cache: join(root, 'cache'),
        sources: [],
        progress: () => undefined,
      };
      await refusalOf(findMongod({ ...search, searchPath: `${delimiter}.` }));
    } finally {
      process.chdir(before);
    }
  });

  it('refuses a file that is not the one that was asked for', async () => {
    const file = join(root, 'wheel');
    await writeFile(file, 'abc');
    // SHA-256 of "abc": FIPS 180-2, appendix B.1.
    await checkSha256(file, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    await writeFile(file, 'abd');
    const wrong = checkSha256(file, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(String(await wrong.catch((error: unknown) => error))).to.match(/not the file that was asked for/);
  });
});
