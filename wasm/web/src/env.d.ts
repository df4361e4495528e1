/** __SINGLE__ is true in the single-file build. */
declare const __SINGLE__: boolean;
/** __PROGRAM__ is where the program's parts lie beside the hosted page. */
declare const __PROGRAM__: { first: string; rest: string };
/** __SAMPLES__ is where each sample tenant lies beside the hosted page; the single file holds it. */
declare const __SAMPLES__: Record<string, string>;
/** __OFFLINE_SHA256__ is the digest of the single file that the hosted page offers. */
declare const __OFFLINE_SHA256__: string;

declare module 'virtual:wasm-exec' {}
declare module '*.css' {}

interface TrustedScriptURL {}
interface Window {
  trustedTypes?: {
    createPolicy(
      name: string,
      rules: { createScriptURL(url: string): string },
    ): { createScriptURL(url: string): TrustedScriptURL };
  };
}
