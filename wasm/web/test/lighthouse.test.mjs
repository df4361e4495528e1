// What Lighthouse says of the hosted build apart from its speed. "npm run lighthouse" measures that too.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { failed, measure, scores } from './lighthouse.mjs';

it('Lighthouse finds nothing to mend in accessibility and best practices', async () => {
  const categories = ['accessibility', 'best-practices'];
  const [lhr] = await measure(categories);
  assert.deepEqual(scores(lhr), { accessibility: 100, 'best-practices': 100 }, `not passed: ${categories.flatMap((c) => failed(lhr, c))}`);
});
