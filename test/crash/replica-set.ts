/** Three mongods on loopback, which are one replica set: what an operator runs, small. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { childOf, freePort, within } from './service.ts';

const name = 'crash';
/** As docs/operations.md has them: at the server's defaults a frozen primary stops all writing for 16 s and more. */
const settings = { electionTimeoutMillis: 4_000, heartbeatTimeoutSecs: 3, catchUpTimeoutMillis: 2_000 };
const parameters = ['transactionLifetimeLimitSeconds=5', 'oplogNetworkTimeoutBufferSeconds=1'];
const primaryLimitMs = 60_000;
const pollMs = 50;

export class ReplicaSet {
  readonly uri: string;
  readonly #binary: string;
  readonly #directory: string;
  readonly #members = new Map<number, ChildProcess>();
  readonly #client: mongo.MongoClient;

  private constructor(binary: string, directory: string, ports: readonly number[]) {
    this.#binary = binary;
    this.#directory = directory;
    this.uri = `mongodb://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/pps-trace?replicaSet=${name}`;
    this.#client = new mongo.MongoClient(this.uri, {
      serverSelectionTimeoutMS: primaryLimitMs,
      heartbeatFrequencyMS: 500,
      connectTimeoutMS: 1_000,
    });
  }

  static async start(binary: string, directory: string): Promise<ReplicaSet> {
    const ports = [await freePort(), await freePort(), await freePort()];
    const set = new ReplicaSet(binary, directory, ports);
    await Promise.all(ports.map((port) => set.#launch(port)));
    const [first] = ports;
    const direct = await mongo.MongoClient.connect(`mongodb://127.0.0.1:${first}/`, {
      directConnection: true,
    });
    const members = ports.map((port, _id) => ({ _id, host: `127.0.0.1:${port}` }));
    await direct.db('admin').command({ replSetInitiate: { _id: name, members, settings } });
    await direct.close();
    await set.primary();
    return set;
  }

  /** @returns the port of the primary, once there is one that can write. */
  async primary(): Promise<number> {
    const asked = async (): Promise<number> => {
      for (;;) {
        const hello = await this.#client
          .db('admin')
          .command({ hello: 1 }, { readPreference: 'primary', timeoutMS: 2_000 })
          .catch(() => undefined);
        const me: unknown = hello?.isWritablePrimary === true ? hello.me : undefined;
        if (typeof me === 'string') return Number(me.split(':')[1]);
        await pause(pollMs);
      }
    };
    return within(primaryLimitMs, asked(), 'no primary was elected');
  }

  /** @param signal SIGKILL waits for the end of the process. */
  async signal(port: number, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const member = this.#members.get(port);
    if (member === undefined) throw new Error(`no member on port ${port}`);
    const gone = signal === 'SIGKILL' ? once(member, 'exit') : undefined;
    member.kill(signal);
    await gone;
  }

  /** Starts a member again that was killed. */
  async revive(port: number): Promise<void> {
    await this.#launch(port);
  }

  /** Waits until every member has a state in which it follows or leads. */
  async whole(): Promise<void> {
    const asked = async (): Promise<void> => {
      for (;;) {
        const status = await this.#client
          .db('admin')
          .command({ replSetGetStatus: 1 }, { readPreference: 'primary', timeoutMS: 2_000 })
          .catch(() => undefined);
        const members: unknown = status?.members;
        if (Array.isArray(members) && members.every(({ state }) => state === 1 || state === 2)) return;
        await pause(pollMs);
      }
    };
    await within(primaryLimitMs, asked(), 'the members did not come back');
  }

  async stop(): Promise<void> {
    await this.#client.close();
    for (const member of this.#members.values()) {
      member.kill('SIGCONT');
      member.kill('SIGKILL');
    }
  }

  async #launch(port: number): Promise<void> {
    const dbPath = join(this.#directory, String(port));
    await mkdir(dbPath, { recursive: true });
    const parameter = parameters.flatMap((one) => ['--setParameter', one]);
    const storage = ['--dbpath', dbPath, '--wiredTigerCacheSizeGB', '0.25', '--nounixsocket'];
    const network = ['--bind_ip', '127.0.0.1', '--port', String(port), '--replSet', name];
    const log = ['--quiet', '--logpath', join(this.#directory, `${port}.log`), '--logappend'];
    const member = childOf(this.#binary, [...network, ...storage, ...parameter, ...log], {});
    member.stdout.resume();
    member.stderr.resume();
    this.#members.set(port, member);
    const direct = new mongo.MongoClient(`mongodb://127.0.0.1:${port}/`, { directConnection: true });
    try {
      await direct.db('admin').command({ ping: 1 });
    } finally {
      await direct.close();
    }
  }
}
