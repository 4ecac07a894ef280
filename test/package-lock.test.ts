import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { z } from 'zod';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      resolved: z.string().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

describe('package-lock.json', () => {
  /**
   * npm writes the packages for other systems into the file only where its registry has them, and `npm ci` then
   * refuses the file everywhere. Whoever adds a package behind such a registry adds those entries by hand.
   */
  it('names every package for every system', async () => {
    const { packages } = await lock();
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).to.deep.equal([]);
  });

  it('ties nobody to one registry', async () => {
    const { packages } = await lock();
    expect(Object.values(packages).flatMap(({ resolved }) => resolved ?? [])).to.deep.equal([]);
  });
});

async function lock(): Promise<z.infer<typeof lockSchema>> {
  return lockSchema.parse(
    JSON.parse(await readFile(new URL('../package-lock.json', import.meta.url), 'utf8')),
  );
}
