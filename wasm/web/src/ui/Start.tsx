// The start: what it is, one place to drop an export, three samples, and the
// privacy strip.
import { useRef, useState } from 'preact/hooks';
import { fromText, fromTransfer } from '../input/collect.ts';
import { SAMPLES } from '../input/samples.ts';
import { notice, problem, sample, take } from '../state.ts';
import { t } from '../strings.ts';
import { Button, CopyButton } from './bits.tsx';
import { Choose } from './Choose.tsx';
import { Icon } from './icons.tsx';

export function Start({ hovering }: { hovering: boolean }) {
  return (
    <div class="start">
      <section class="hero">
        <h1>{t.start.title}</h1>
        {t.start.lead.map((sentence) => (
          <p key={sentence} class="lead">
            {sentence}
          </p>
        ))}
      </section>
      <DropTarget hovering={hovering} />
      <p role="status" class="notice">
        {notice.value}
      </p>
      <section class="samples" aria-labelledby="samples-title">
        <h2 id="samples-title" class="quiet-title">
          {t.start.samples}
        </h2>
        <ul>
          {SAMPLES.map((name, i) => (
            <li key={name}>
              <button type="button" class="sample" onClick={() => void sample(name)}>
                <SampleSteps level={i * 2 + 1} />
                <span class="sample-text">
                  <strong>{t.samples[name]?.title ?? name}</strong>
                  <span>{t.samples[name]?.text}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </section>
      <Privacy />
      <details class="how">
        <summary>{t.start.how}</summary>
        {t.start.howText.map((p) => (
          <p key={p}>{p}</p>
        ))}
      </details>
    </div>
  );
}

function SampleSteps({ level }: { level: number }) {
  return (
    <svg class="sample-steps" viewBox="0 0 34 26" aria-hidden="true" focusable="false">
      {[1, 2, 3, 4, 5].map((l) => (
        <rect key={l} class={l <= level ? 'on' : 'off'} x={(l - 1) * 7} y={22 - l * 4} width="5" height={4 + l * 4} rx="1.5" />
      ))}
    </svg>
  );
}

function DropTarget({ hovering }: { hovering: boolean }) {
  return (
    <section class={`drop ${hovering ? 'hovering' : ''}`} aria-label={t.start.drop}>
      <Icon name="drop" class="drop-icon" />
      <p class="drop-title">{hovering ? t.start.dropNow : t.start.drop}</p>
      <p class="drop-hint">{t.start.dropHint}</p>
      <Choose id="choose" primary onChoose={(entries) => void take(entries)}>
        <Paste />
      </Choose>
    </section>
  );
}

function Paste() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const go = () => {
    dialog.current!.close();
    pasted(text);
    setText('');
  };
  return (
    <>
      <Button onClick={() => dialog.current!.showModal()}>
        <Icon name="paste" />
        {t.start.paste}
      </Button>
      <dialog ref={dialog} class="box" aria-labelledby="paste-title">
        <form
          method="dialog"
          onSubmit={(e) => {
            e.preventDefault();
            go();
          }}
        >
          <div class="dialog-head">
            <h2 id="paste-title">{t.start.pasteTitle}</h2>
            <Button kind="quiet" label={t.detail.close} onClick={() => dialog.current!.close()}>
              <Icon name="close" />
            </Button>
          </div>
          <label for="paste-text">{t.start.pasteLabel}</label>
          <textarea
            id="paste-text"
            rows={10}
            spellcheck={false}
            value={text}
            onInput={(e) => setText(e.currentTarget.value)}
          />
          <div class="buttons end">
            <button type="submit" class="button primary" disabled={!text.trim()}>
              {t.start.pasteGo}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}

/** pasted assesses text, or says why it cannot. */
export function pasted(text: string): void {
  void take(
    new Promise((resolve) => {
      resolve(fromText(text));
    }),
  );
}

/** dropped assesses a drop anywhere on the page. */
export function dropped(transfer: DataTransfer): void {
  problem.value = null;
  void take(fromTransfer(transfer));
}

function Privacy() {
  return (
    <section class="privacy" aria-labelledby="privacy-title">
      <Icon name="shield" class="privacy-icon" />
      <div>
        <h2 id="privacy-title">{t.privacy.title}</h2>
        <p>{__SINGLE__ ? t.privacy.single : t.privacy.hosted}</p>
        <p>{t.privacy.store}</p>
        {!__SINGLE__ && (
          <p class="offline">
            <a href="privpath.html" download>
              {t.privacy.download}
            </a>
            <span class="digest">
              {t.privacy.digest} <code>{__OFFLINE_SHA256__}</code>
            </span>
            <CopyButton text={__OFFLINE_SHA256__} what={t.privacy.digest} />
          </p>
        )}
      </div>
    </section>
  );
}
