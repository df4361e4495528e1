/** unfold yields the program whose fold the bytes are. */
export function unfold(folded: Uint8Array): Uint8Array<ArrayBuffer>;
