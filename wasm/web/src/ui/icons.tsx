// Our own icons, drawn on a 20 by 20 grid. They carry no meaning alone: a word
// always stands beside them, so they are hidden from assistive technology.
import type { Status, Verdict } from '../model.ts';

const PATHS = {
  check: 'M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm3.6 5.3-4.7 4.9-2.5-2.4-1 1.1 3.5 3.4 5.8-6-1.1-1Z',
  cross: 'M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16ZM7.6 6.5 6.5 7.6 8.9 10l-2.4 2.4 1.1 1.1 2.4-2.4 2.4 2.4 1.1-1.1-2.4-2.4 2.4-2.4-1.1-1.1L10 8.9 7.6 6.5Z',
  half: 'M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm0 1.5v13a6.5 6.5 0 0 0 0-13Z',
  question:
    'M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm0 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm0 9.4a.9.9 0 1 1 0 1.8.9.9 0 0 1 0-1.8Zm0-7.6c1.6 0 2.8 1.1 2.8 2.6 0 1-.5 1.6-1.3 2.2-.6.5-.8.7-.8 1.2v.4H9.3v-.4c0-1.2.6-1.7 1.3-2.3.6-.4.8-.7.8-1.1 0-.7-.6-1.1-1.4-1.1s-1.3.5-1.4 1.3H7.1c.1-1.7 1.3-2.8 2.9-2.8Z',
  dash: 'M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm0 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM6.5 9.2h7v1.6h-7V9.2Z',
  pen: 'M3 2.5h8.5v1.5h-7v12h11v-5H17v6.5H3v-15Zm12.6.2 2.2 2.2-7.2 7.2-2.9.7.7-2.9 7.2-7.2Z',
  clock: 'M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm0 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm-.8 2.3h1.6v3.9l2.8 1.7-.8 1.3-3.6-2.2V5.8Z',
  open: 'M3 3h8v1.5H4.5v11h11V9H17v8H3V3Zm9.5 0H17v4.5h-1.5V5.6l-5.7 5.7-1.1-1.1 5.7-5.7h-1.9V3Z',
  drop: 'M9.2 2.5h1.6v7.3l2.6-2.6 1.1 1.1-4.5 4.5-4.5-4.5 1.1-1.1 2.6 2.6V2.5ZM3 12h1.5v4h11v-4H17v5.5H3V12Z',
  folder: 'M2.5 4h5.3l2 2h7.7v10.5h-15V4ZM4 5.5V15h12V7.5H9.2l-2-2H4Z',
  paste: 'M7.5 2.5h5V4h3v13.5h-11V4h3V2.5ZM6 5.5V16h8V5.5h-1.5V7h-5V5.5H6Z',
  shield: 'M10 1.8c2 1.5 4.2 2.3 6.5 2.4v5.3c0 4-2.4 6.9-6.5 8.7-4.1-1.8-6.5-4.7-6.5-8.7V4.2c2.3-.1 4.5-.9 6.5-2.4Zm0 1.9c-1.5 1-3.2 1.6-5 1.9v3.9c0 3.2 1.8 5.5 5 7.1 3.2-1.6 5-3.9 5-7.1V5.6c-1.8-.3-3.5-.9-5-1.9Zm2.7 3.4 1 1.1-4.4 4.3-2.3-2.2 1-1.1 1.3 1.2 3.4-3.3Z',
  save: 'M9.2 2.5h1.6v7.8l2.6-2.6 1.1 1.1-4.5 4.5-4.5-4.5 1.1-1.1 2.6 2.6V2.5ZM3.5 16h13v1.5h-13V16Z',
  print: 'M5.5 2.5h9V6H17v8h-2.5v3.5h-9V14H3V6h2.5V2.5ZM7 4v2h6V4H7Zm7.5 8.5h1v-5h-11v5h1V11h9v1.5ZM7 12.5V16h6v-3.5H7Z',
  back: 'm9 4 1.1 1.1-4.1 4.1H17v1.6H6l4.1 4.1L9 16l-6-6 6-6Z',
  up: 'm10 6.5 6 6-1.1 1.1L10 8.7l-4.9 4.9L4 12.5l6-6Z',
  down: 'm10 13.5-6-6 1.1-1.1 4.9 4.9 4.9-4.9L16 7.5l-6 6Z',
  close: 'M5.1 4 10 8.9 14.9 4 16 5.1 11.1 10l4.9 4.9-1.1 1.1-4.9-4.9L5.1 16 4 14.9 8.9 10 4 5.1 5.1 4Z',
  copy: 'M7 2.5h10v12h-3V17.5H3.5v-12H7v-3Zm0 4.5H5v9h7.5v-1.5H7V7Zm1.5-3v9h7V4h-7Z',
  search: 'M8.5 3a5.5 5.5 0 0 1 4.4 8.8l3.9 3.9-1.1 1.1-3.9-3.9A5.5 5.5 0 1 1 8.5 3Zm0 1.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z',
  warning: 'M10 2.2 18.5 17.5h-17L10 2.2Zm0 3.1L4 16h12L10 5.3Zm-.8 3.7h1.6v3.7H9.2V9Zm.8 4.5a.9.9 0 1 1 0 1.8.9.9 0 0 1 0-1.8Z',
  moon: 'M10 2.5a7.5 7.5 0 1 0 0 15v-15Zm0-1a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, class: className = '' }: { name: IconName; class?: string }) {
  return (
    <svg class={`icon ${className}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export const STATUS_ICON: Record<Status, IconName> = {
  pass: 'check',
  partial: 'half',
  fail: 'cross',
  unknown: 'question',
  notApplicable: 'dash',
  notAttested: 'pen',
  attestationExpired: 'clock',
};

export const VERDICT_ICON: Record<Verdict, IconName> = {
  reaches: 'open',
  blocked: 'dash',
  unknown: 'question',
  notApplicable: 'dash',
};

/** Mark is the product's sign: a path that climbs the five levels. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect class="mark-ground" x="1" y="1" width="30" height="30" rx="8" />
      <path class="mark-path" d="M7 24h5v-4.5h4.5V15H21v-4.5h4" />
      <circle class="mark-goal" cx="25" cy="10.5" r="2.6" />
    </svg>
  );
}
