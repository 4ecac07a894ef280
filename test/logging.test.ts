import { expect } from 'chai';
import { createLogger } from '../src/logging.ts';

/** @returns what a logger wrote, line by line. */
function logged(write: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = [];
  write(createLogger('info', { write: (line) => void lines.push(line) }));
  return lines;
}

describe('the log', () => {
  it('is one JSON object a line, with its time', () => {
    const [line = ''] = logged((logger) => logger.info({ status: 200 }, 'answered'));
    expect(JSON.parse(line)).to.include({ status: 200, msg: 'answered' });
    expect(line).to.match(/"time":"\d{4}-\d\d-\d\dT[\d:.]+Z"/);
  });

  for (const field of [
    'authorization',
    'cookie',
    'set-cookie',
    'password',
    'token',
    'patient',
    'inpatientNumber',
  ]) {
    it(`never shows ${field}, however deep it lies`, () => {
      const secret = 'ZY-20260418-王';
      const [line = ''] = logged((logger) =>
        logger.info({
          [field]: secret,
          headers: { [field]: secret },
          request: { headers: { [field]: secret } },
        }),
      );
      expect(line).to.not.include(secret);
    });
  }

  it('keeps the kind and the place of an error, and nothing that the database quoted', () => {
    const error = new Error('E11000 duplicate key error dup key: { name: "王小明" }');
    error.name = 'MongoServerError';
    const [line = ''] = logged((logger) => logger.error({ err: error }, 'failed'));
    expect(line).to.not.include('王小明');
    expect(line).to.include('MongoServerError').and.to.include('logging.test.ts');
  });

  it('is silent below its level', () => {
    expect(logged((logger) => logger.debug('details'))).to.deep.equal([]);
  });
});
