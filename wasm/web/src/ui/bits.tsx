// Small parts that every view uses.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { SEVERITIES, type Severity, type Status } from '../model.ts';
import { t } from '../strings.ts';
import { Icon, STATUS_ICON } from './icons.tsx';

export function StatusMark({ status }: { status: Status }) {
  return (
    <span class={`status s-${status}`}>
      <Icon name={STATUS_ICON[status]} />
      <span>{t.status[status]}</span>
    </span>
  );
}

/** SeverityMark draws as many bars as the severity is grave, and says the word. */
export function SeverityMark({ severity }: { severity: Severity }) {
  const bars = SEVERITIES.length - 1 - SEVERITIES.indexOf(severity);
  return (
    <span class={`severity v-${severity}`}>
      <svg class="bars" viewBox="0 0 18 14" aria-hidden="true" focusable="false">
        {[0, 1, 2, 3].map((i) => (
          <rect key={i} class={i < bars ? 'on' : 'off'} x={i * 4.6} y={10 - i * 3} width="3.2" height={4 + i * 3} rx="1" />
        ))}
      </svg>
      <span>{t.severity[severity]}</span>
    </span>
  );
}

export function Button(props: {
  children: ComponentChildren;
  onClick: () => void;
  kind?: 'primary' | 'quiet' | 'plain';
  label?: string;
  disabled?: boolean;
}) {
  return (
    <button
      type="button"
      class={`button ${props.kind ?? 'plain'}`}
      onClick={props.onClick}
      aria-label={props.label}
      title={props.label}
      disabled={props.disabled}
    >
      {props.children}
    </button>
  );
}

/** CopyButton writes to the clipboard and says that it did. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return; // The text stays on screen to be selected by hand.
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <button type="button" class="button quiet copy" onClick={copy}>
      <Icon name={copied ? 'check' : 'copy'} />
      <span aria-live="polite">{copied ? t.detail.copied : t.detail.copy}</span>
      <span class="visually-hidden">: {what}</span>
    </button>
  );
}

/** CodeBlock is text to copy and run elsewhere. The page runs nothing. */
export function CodeBlock({ title, text }: { title: string; text: string }) {
  return (
    <div class="code-block">
      <div class="code-head">
        <h4>{title}</h4>
        <CopyButton text={text} what={title} />
      </div>
      <pre tabIndex={0} role="group" aria-label={title}>
        <code>{text}</code>
      </pre>
    </div>
  );
}

// The only hosts that the page links to. A document may be made by anybody, so
// an address elsewhere is shown as text.
const LINK_HOSTS = new Set([
  'learn.microsoft.com',
  'entra.microsoft.com',
  'intune.microsoft.com',
  'portal.azure.com',
  'www.cisa.gov',
  'csrc.nist.gov',
  'attack.mitre.org',
  'maester.dev',
  'www.ncsc.gov.uk',
]);

function safeLink(address: string): string | null {
  try {
    const url = new URL(address);
    return url.protocol === 'https:' && LINK_HOSTS.has(url.hostname) && !url.username && !url.port ? url.href : null;
  } catch {
    return null;
  }
}

/** Linked shows text, and as a link where it is an address that we know. */
export function Linked({ text }: { text: string }) {
  const href = safeLink(text);
  return href ? (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {text.replace(/^https:\/\//, '')}
    </a>
  ) : (
    <>{text}</>
  );
}

/** longName makes a name that may be too long for its place a stop of the Tab key, so that it can be scrolled. */
export const longName = (name: string): { tabIndex?: 0 } => (name.length > 200 ? { tabIndex: 0 } : {});

/** Scroller lets a wide table move sideways, by keyboard too. */
export function Scroller({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="scroller" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
