// Files of the browser, read in a worker where they lie: Files is what the program asks (internal/jshost).

/** PIECE is how many bytes are handed over at a time. */
const PIECE = 256 << 10;

/** MOST is how many are read at a time, where a file is read from front to back: asking costs as much as a megabyte. */
const MOST = 4 << 20;

export class Files {
  /** stage holds what was read last. */
  stage = new Uint8Array(PIECE);
  #reader = new FileReaderSync();
  #file;
  #window = new Uint8Array(0); // of the file
  #start = 0;
  #size = PIECE; // of the next window

  /** read puts bytes of a file into stage, and yields how many: fewer than are asked for where there are no more, or stage is full. */
  read(file, from, length) {
    const to = Math.min(from + length, from + PIECE, file.size);
    if (to <= from) return 0;
    if (file !== this.#file || from < this.#start || to > this.#start + this.#window.length) this.#turn(file, from, to);
    const at = from - this.#start;
    const bytes = this.#window.subarray(at, at + to - from);
    this.stage.set(bytes);
    return bytes.length;
  }

  #turn(file, from, to) {
    const onward = file === this.#file && from >= this.#start && from <= this.#start + this.#window.length;
    this.#size = onward ? Math.min(2 * this.#size, MOST) : PIECE;
    const end = Math.min(Math.max(to, from + this.#size), file.size);
    this.#file = undefined; // until it was read
    this.#window = new Uint8Array(this.#reader.readAsArrayBuffer(file.slice(from, end)));
    this.#start = from;
    this.#file = file;
  }
}
