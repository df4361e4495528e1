/** Files is what the program reads files with. */
export class Files {}
