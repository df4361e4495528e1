// What was built: the policy, its hashes, and what the scripts must not hold.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { coldFunctions } from '../cold.mjs';
import { split } from '../split.mjs';
import { unfold } from '../src/engine/unfold.js';
import { singleFile, web } from './browser.mjs';

const sha = (data, form) => createHash('sha256').update(data).digest(form);
const single = readFileSync(singleFile, 'utf8');
const hosted = (name) => readFileSync(join(web, 'dist', 'hosted', name), 'utf8');
const between = (text, open, close) => {
  const from = text.indexOf(open) + open.length;
  assert.ok(from >= open.length, `no ${open}`);
  return text.slice(from, text.indexOf(close, from));
};
const policy = (html) =>
  Object.fromEntries(
    between(html, 'http-equiv="Content-Security-Policy" content="', '"')
      .split('; ')
      .map((d) => [d.split(' ')[0], d.split(' ').slice(1)]),
  );

describe('the single file', () => {
  const csp = policy(single);
  const script = between(single, '<script type="module">', '</script>');
  const style = between(single, '<style>', '</style>');

  it('allows exactly the script and the style that it holds', () => {
    assert.deepEqual(csp['script-src'], [`'sha256-${sha(script, 'base64')}'`, "'wasm-unsafe-eval'"]);
    assert.deepEqual(csp['style-src'], [`'sha256-${sha(style, 'base64')}'`]);
  });

  it('forbids everything else', () => {
    assert.deepEqual(csp['default-src'], ["'none'"]);
    assert.deepEqual(csp['connect-src'], ["'none'"]);
    assert.deepEqual(csp['worker-src'], ['blob:']);
    assert.deepEqual(csp['base-uri'], ["'none'"]);
    assert.deepEqual(csp['form-action'], ["'none'"]);
    assert.deepEqual(csp['require-trusted-types-for'], ["'script'"]);
    assert.deepEqual(csp['trusted-types'], ['privpath-worker']);
  });

  it('states its policy before anything that it governs', () => {
    assert.ok(single.indexOf('Content-Security-Policy') < single.indexOf('<style>'));
    assert.ok(single.indexOf('<meta charset="utf-8">') < single.indexOf('Content-Security-Policy'));
  });

  it('has its scripts and data blocks and ends none early', () => {
    assert.equal(single.match(/<script/gi).length, 7);
    assert.equal(single.match(/<\/script/gi).length, 7);
    assert.equal(single.includes('<!--'), false);
  });

  it('carries the program in two parts', () => {
    const parts = split(readFileSync(join(web, 'dist', 'privpath.wasm')), coldFunctions());
    for (const name of ['first', 'rest']) {
      const wasm = Buffer.from(unfold(gunzipSync(Buffer.from(between(single, `id="wasm-${name}">`, '</script>'), 'base64'))));
      assert.ok(WebAssembly.validate(wasm));
      assert.ok(wasm.equals(parts[name]), name);
    }
  });

  it('has the digest beside it', () => {
    assert.equal(readFileSync(`${singleFile}.sha256`, 'utf8'), `${sha(single, 'hex')}  privpath.html\n`);
  });

  it('holds no code that could send, navigate, store or parse markup', () => {
    const worker = between(single, 'id="worker">', '</script>');
    for (const [name, code] of [['script', script], ['worker', worker]]) {
      for (const banned of [/\bfetch\s*\(/, /XMLHttpRequest/, /WebSocket/, /EventSource/, /sendBeacon/, /RTCPeerConnection/, /window\.open/, /location\s*(\.href)?\s*=[^=]/, /location\.(assign|replace)/, /importScripts/, /\beval\s*\(/, /new Function/, /localStorage|sessionStorage|indexedDB|document\.cookie|caches\b/, /insertAdjacentHTML|document\.write/, /https?:\/\/(?!www\.w3\.org\/)/]) {
        assert.doesNotMatch(code, banned, `${name} holds ${banned}`);
      }
    }
    // The worker has no windows; the script that starts Go defines a file called open there.
    assert.doesNotMatch(script, /(?<![.\w])open\s*\(/);
    // Preact itself knows innerHTML; nothing in the page may use it.
    for (const file of readdirSync(join(web, 'src'), { recursive: true })) {
      if (/\.tsx?$/.test(file)) assert.doesNotMatch(readFileSync(join(web, 'src', file), 'utf8'), /innerHTML/i, file);
    }
  });
});

describe('the hosted site', () => {
  const names = readdirSync(join(web, 'dist', 'hosted'));
  const html = hosted('index.html');

  it('names every file by its content', () => {
    for (const name of names.filter((n) => /^(app|privpath|sample)-/.test(n))) {
      const data = readFileSync(join(web, 'dist', 'hosted', name));
      assert.ok(name.includes(`-${sha(data, 'hex').slice(0, 12)}.`), name);
    }
  });

  it('connects to itself only, by the page and by the header', () => {
    const csp = policy(html);
    assert.deepEqual(csp['connect-src'], ["'self'"]);
    assert.deepEqual(csp['script-src'], ["'self'", "'wasm-unsafe-eval'"]);
    assert.match(hosted('_headers'), /frame-ancestors 'none'/);
    assert.doesNotMatch(html, /https?:\/\/(?!www\.w3\.org\/)/);
  });

  it('fetches the program, in its worker, ahead or at once, a sample and nothing else', () => {
    const script = hosted(names.find((n) => n.endsWith('.js')));
    const worker = between(html, 'id="worker">', '</script>');
    for (const code of [script, worker]) assert.equal(code.match(/\bfetch\s*\(/g).length, 1);
    assert.deepEqual([script, worker].map((code) => (code.match(/XMLHttpRequest/g) ?? []).length), [0, 1]);
    for (const name of names.filter((n) => /\.(bin|json)$/.test(n))) assert.ok(script.includes(name), name);
  });

  it('offers the single file with its digest', () => {
    assert.equal(hosted('privpath.html'), single);
    assert.ok(hosted(names.find((n) => n.endsWith('.js'))).includes(sha(single, 'hex')));
  });
});

describe('the lockfile', () => {
  it('names no host to download from', () => {
    const lock = readFileSync(join(web, 'package-lock.json'), 'utf8');
    assert.doesNotMatch(lock, /"resolved"/);
    const manifest = JSON.parse(readFileSync(join(web, 'package.json'), 'utf8'));
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+$/, `${name} is not pinned`);
    }
  });
});
