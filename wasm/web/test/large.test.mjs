// An export of 20 MB, plain and zipped: progress and cancel. "npm run large" does it with 1 GB.
import { describe, it } from 'node:test';
import { assessLarge } from './large.mjs';

describe('a large export', () => {
  for (const kind of ['plain', 'zip']) {
    it(`finishes, moves the bar and can be cancelled: 20 MB, ${kind}`, async (test) => {
      const got = await assessLarge(20, kind);
      test.diagnostic(JSON.stringify(got));
    });
  }
});
