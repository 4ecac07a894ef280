/** The country in which everything has happened: told once in a run, and a copy for everybody who asks. */
import { type Country, createCountry } from './country.ts';
import type { Story } from './story.ts';
import { tell } from './tale.ts';

interface Told {
  readonly country: Country;
  readonly story: Story;
}

let told: Promise<Told> | undefined;

export async function toldCountry(): Promise<Told> {
  told ??= tellOnce();
  const { country, story } = await told;
  return { country: await country.copy(), story };
}

async function tellOnce(): Promise<Told> {
  const country = await createCountry();
  const story = await tell(country);
  // Its database stays for the copies, and goes with the run's mongod.
  await country.server.close();
  return { country, story };
}
