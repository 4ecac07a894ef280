import { isAbsolute, join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { readConfig } from '../src/config.ts';
import { CannotStart } from '../src/errors.ts';

const home = { HOME: '/home/nurse', PATH: '/usr/bin:/bin' };

function refusal(args: string[], environment: NodeJS.ProcessEnv = home): string {
  try {
    readConfig(args, environment);
  } catch (error) {
    if (error instanceof CannotStart) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the settings', () => {
  it('have defaults that listen on loopback and keep data in the repository', () => {
    const config = readConfig([], home);
    expect(config).to.include({ port: 8080, host: '127.0.0.1', logLevel: 'info', demo: false });
    expect(config.dataDirectory).to.equal(join(import.meta.dirname, '..', 'data'));
    expect(config).to.include({ publicUrl: undefined, mongodbUri: undefined, masterKey: undefined });
    expect(config.mongod.cache).to.equal('/home/nurse/.cache/pps-trace/mongod');
  });

  it('come from the environment, and the command line wins', () => {
    const environment = { ...home, PORT: '9000', DATA_DIR: '/srv/pps', HOST: '::1' };
    expect(readConfig([], environment)).to.include({ port: 9000, dataDirectory: '/srv/pps', host: '::1' });
    const args = ['--demo', '--port', '9001', '--data-dir', '/srv/other', '--host', '0.0.0.0'];
    expect(readConfig(args, environment)).to.include({
      demo: true,
      port: 9001,
      dataDirectory: '/srv/other',
      host: '0.0.0.0',
    });
  });

  it('count an empty variable as unset', () => {
    expect(readConfig([], { ...home, PORT: '', MONGODB_URI: '' })).to.include({
      port: 8080,
      mongodbUri: undefined,
    });
  });

  it('take a relative data directory as seen from where it was typed', () => {
    expect(readConfig(['--data-dir', 'here'], home).dataDirectory).to.equal(join(process.cwd(), 'here'));
  });

  it('ignore a cache directory that is not absolute', () => {
    const { cache } = readConfig([], { ...home, XDG_CACHE_HOME: 'cache' }).mongod;
    expect(cache).to.equal('/home/nurse/.cache/pps-trace/mongod');
    expect(isAbsolute(readConfig([], {}).mongod.cache)).to.equal(true);
  });

  it('name the networks of printers, and none unless said', () => {
    expect(readConfig([], home).printers).to.deep.equal({ networks: [], ports: [] });
    const environment = {
      ...home,
      PRINTER_NETWORKS: '10.20.0.0/16, fd00::/8,192.168.7.31',
      PRINTER_PORTS: '10001, 10002',
    };
    expect(readConfig([], environment).printers).to.deep.equal({
      networks: ['10.20.0.0/16', 'fd00::/8', '192.168.7.31'],
      ports: [10_001, 10_002],
    });
    for (const wrong of [
      '10.20.0.0/33',
      'printers.example',
      '10.20/16',
      '10.0.0.0/8/8',
      'fd00::/129',
      '10.0.0.0/',
      ',',
    ]) {
      expect(refusal([], { ...home, PRINTER_NETWORKS: wrong }), wrong).to.match(/PRINTER_NETWORKS.*networks/);
    }
    expect(refusal([], { ...home, PRINTER_PORTS: '9100, 70000' })).to.match(/PRINTER_PORTS.*ports/);
  });

  it('drop the slash at the end of the public address', () => {
    expect(readConfig([], { ...home, PUBLIC_URL: 'https://udi.example.cn/' }).publicUrl).to.equal(
      'https://udi.example.cn',
    );
  });

  const wrong: [string, string][] = [
    ['PORT', '65536'],
    ['PORT', '80a'],
    ['PORT', '-1'],
    ['HOST', 'two words'],
    ['PUBLIC_URL', 'udi.example.cn'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['PUBLIC_URL', 'https://user:pw@example.cn'],
    ['MONGODB_URI', 'localhost:27017'],
    ['MONGOD_BINARY', 'mongod'],
    ['MASTER_KEY', 'c2hvcnQ='],
    ['MASTER_KEY', `${'A'.repeat(43)}`],
    ['LOG_LEVEL', 'loud'],
  ];
  for (const [name, value] of wrong) {
    it(`refuse ${name}=${value} in one sentence that names it`, () => {
      const sentence = refusal([], { ...home, [name]: value });
      expect(sentence).to.match(new RegExp(`^The setting ${name} is wrong: .*\\.$`));
    });
  }

  it('never repeat a value that may be a secret', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]{12,60}$/), (secret) => {
        for (const name of ['MASTER_KEY', 'MONGODB_URI']) {
          expect(refusal([], { ...home, [name]: `*${secret}` })).to.not.include(secret);
        }
      }),
    );
  });

  it('say how to use an option that does not exist or lacks its value', () => {
    expect(refusal(['--prot', '1'])).to.match(/--prot.*usage: \.\/scripts\/start/);
    expect(refusal(['--port'])).to.match(/--port.*usage:/);
    expect(refusal(['surplus'])).to.match(/surplus.*usage:/);
  });
});
