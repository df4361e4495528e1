// Runs queries over a file of results and prints an array of rows for each, by the
// query's name: node run.mjs RESULTS QUERY.sql…
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

const [results, ...queries] = process.argv.slice(2)
const db = await (await DuckDBInstance.create(':memory:')).connect()
await db.run(`SET VARIABLE fleet = '${results.replaceAll("'", "''")}'`)
await db.run(await readFile(new URL('views.sql', import.meta.url), 'utf8'))
const answers = {}
for (const query of queries) {
  const answer = await db.runAndReadAll(await readFile(query, 'utf8'))
  answers[basename(query, '.sql')] = answer.getRowObjectsJson()
}
console.log(JSON.stringify(answers, null, 1))
