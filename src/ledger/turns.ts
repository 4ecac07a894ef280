/**
 * Turns within one process. Commands on the same lot would overtake each other's transactions and begin again: at 32
 * clients on one lot nine transactions in ten were thrown away. They wait for each other here instead, and only so
 * many run at once. It is no lock: between processes the database decides, and a command that names no lot, or the
 * wrong one, is as right as any other, only slower.
 */

/** How many transactions one process keeps open; more of them at once get less done. */
const runningAtOnce = 12;

export class Turns {
  /** By key, the last command that asked for it. */
  private readonly last = new Map<string, Promise<void>>();
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(limit = runningAtOnce) {
    this.free = limit;
  }

  /**
   * Runs the work when everything before it that shares a key is over. Each waits only for those that came earlier,
   * so commands that name several lots cannot wait for each other in a circle.
   */
  async run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const unique = [...new Set(keys)];
    const before = unique.map((key) => this.last.get(key));
    let over: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => {
      over = resolve;
    });
    for (const key of unique) this.last.set(key, mine);
    try {
      await Promise.all(before);
      await this.enter();
      try {
        return await work();
      } finally {
        this.leave();
      }
    } finally {
      for (const key of unique) if (this.last.get(key) === mine) this.last.delete(key);
      over();
    }
  }

  private async enter(): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
    });
  }

  /** The slot goes to the next in line without becoming free in between. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}
