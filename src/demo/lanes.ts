/** Many things at once, but not all of them: what is done in one lane is done in order. */

/**
 * Works through a list with so many at work at a time.
 * @throws what the first one that failed threw; those at work are waited for, those not yet begun are left
 */
export async function inLanes<T>(
  width: number,
  things: Iterable<T>,
  work: (thing: T) => Promise<void>,
): Promise<void> {
  const waiting = [...things];
  const faults: unknown[] = [];
  const lane = async () => {
    while (faults.length === 0) {
      const thing = waiting.shift();
      if (thing === undefined) return;
      await work(thing).catch((fault: unknown) => faults.push(fault));
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, waiting.length) }, lane));
  if (faults.length > 0) throw faults[0];
}
