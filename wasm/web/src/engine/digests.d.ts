/** Digests is what the program asks for SHA-256 digests; port leads to where serve makes them. */
export class Digests {
  constructor(port: MessagePort);
}
/** serve makes the digests that are asked for on a port. */
export function serve(port: MessagePort): void;
