// A small zip writer, so that the test's zip owes nothing to the code under test.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 as zlibCRC, deflateRawSync } from 'node:zlib';

const TABLE = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});

/** crc32 is zlib's where Node has it (22 and later); sum is that of what came before. */
export const crc32 =
  zlibCRC ??
  ((data, sum = 0) => {
    let c = (sum ^ 0xffffffff) >>> 0;
    for (const byte of data) c = TABLE[(c ^ byte) & 0xff] ^ (c >>> 8);
    return (c ^ 0xffffffff) >>> 0;
  });

/** zipHeads forms what stands before a deflated entry, after it and in the directory; later leaves the sizes to what stands after. */
export function zipHeads(path, { offset, sum, packed, size, later = false }) {
  const name = Buffer.from(path);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0); // version needed
  common.writeUInt16LE(0x800 | (later ? 8 : 0), 2); // names are UTF-8
  common.writeUInt16LE(8, 4); // deflate
  common.writeUInt32LE(0x5a21, 8); // 1 January 2025
  common.writeUInt32LE(sum, 10);
  common.writeUInt32LE(packed, 14);
  common.writeUInt32LE(size, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name]);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(offset, 10);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, name]);
  const after = later ? Buffer.concat([Buffer.from('PK\x07\x08', 'latin1'), common.subarray(10, 22)]) : Buffer.alloc(0);
  return { local, central, after };
}

/** zipEnd forms the directory and the end; offset is where the directory begins. */
export function zipEnd(centrals, offset) {
  const list = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(centrals.length, 8);
  end.writeUInt16LE(centrals.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([list, end]);
}

/** zip packs [path, content] pairs, deflated. */
export function zip(files) {
  const body = [];
  const directory = [];
  let offset = 0;
  for (const [path, content] of files) {
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const { local, central } = zipHeads(path, { offset, sum: crc32(data), packed: packed.length, size: data.length });
    body.push(local, packed);
    directory.push(central);
    offset += local.length + packed.length;
  }
  return Buffer.concat([...body, zipEnd(directory, offset)]);
}

/** folder lists a folder as [path, content] pairs, sorted. */
export function folder(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath ?? e.path, e.name))
    .sort()
    .map((path) => [path.slice(root.length + 1).replaceAll('\\', '/'), readFileSync(path)]);
}
