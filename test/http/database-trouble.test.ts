import { expect } from 'chai';
import { mongo } from 'mongoose';
import { databaseTrouble } from '../../src/http/database-trouble.ts';

const server = (code: number) => new mongo.MongoServerError({ message: 'said so', code });
const ofSystem = (code: string) => Object.assign(new Error('broken'), { code });

describe('trouble with the database', () => {
  const told = (error: unknown, changes: boolean) =>
    databaseTrouble(error, changes)?.code ?? 'a fault of ours';

  it('that the server says leaves nothing done is told as busy, whatever was asked', () => {
    // A transaction that lived for too long, one that is gone, a cursor of before a restart, an election.
    for (const code of [290, 251, 43, 11_601, 10_107, 189]) {
      expect([told(server(code), true), told(server(code), false)], String(code)).to.deep.equal([
        'service/busy',
        'service/busy',
      ]);
    }
  });

  it('in the midst of a change is told as an unknown outcome: of a broken connection, and of a socket below it', () => {
    const network = new mongo.MongoNetworkError('broken');
    // Of a server that was silent for too long: the driver does not export it.
    const silent = Object.assign(new Error('interrupted'), { name: 'PoolClearedOnNetworkError' });
    const bulk = new mongo.MongoBulkWriteError(ofSystem('EPIPE'), {} as mongo.BulkWriteResult);
    for (const error of [network, silent, ofSystem('EPIPE'), ofSystem('ECONNRESET'), bulk]) {
      expect([told(error, true), told(error, false)]).to.deep.equal([
        'service/outcome-unknown',
        'service/busy',
      ]);
    }
  });

  it('is not what else goes wrong', () => {
    const others = [
      server(2),
      new TypeError('undefined'),
      ofSystem('ENOENT'),
      new Error('no code'),
      'a word',
    ];
    for (const error of others) expect(told(error, true)).to.equal('a fault of ours');
  });
});
