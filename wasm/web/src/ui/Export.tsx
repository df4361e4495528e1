// The export dialog: every format that the engine writes, as it is or redacted.
import { useRef, useState } from 'preact/hooks';
import type { Format } from '../model.ts';
import { about, beside, engine, fileName, hand, notice, shown, subject } from '../state.ts';
import { t } from '../strings.ts';
import { Button } from './bits.tsx';
import { Icon } from './icons.tsx';

export function Export() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [redact, setRedact] = useState(false);
  const [key, setKey] = useState('');
  const write = (format: Format) => {
    dialog.current!.close();
    const name = fileName(redact ? 'assessment-redacted' : 'assessment', format.extension);
    void beside(t.exports.writing(name), async (watch) => {
      // Only with the tenant at hand is every name known; what is not redacted is all in the document.
      const about = redact ? subject() : { document: shown.value!.bytes };
      const { report } = await engine.do('report', { ...about, format: format.name, redact, key }, watch);
      hand(report, name, format.mediaType);
      notice.value = t.task.saved(name);
    });
  };
  return (
    <>
      <Button onClick={() => dialog.current!.showModal()}>
        <Icon name="open" />
        {t.exports.open}
      </Button>
      <dialog ref={dialog} class="box" aria-labelledby="export-title">
        <div class="dialog-head">
          <h2 id="export-title">{t.exports.title}</h2>
          <Button kind="quiet" label={t.detail.close} onClick={() => dialog.current!.close()}>
            <Icon name="close" />
          </Button>
        </div>
        <p class="sub">{t.exports.text}</p>
        <label class="check">
          <input type="checkbox" checked={redact} onChange={(e) => setRedact(e.currentTarget.checked)} />
          <span>
            {t.exports.redact}
            <span class="sub">{t.exports.redactText}</span>
          </span>
        </label>
        {redact && (
          <div class="field">
            <label for="redact-key">{t.exports.key}</label>
            <input
              id="redact-key"
              type="text"
              autocomplete="off"
              spellcheck={false}
              minLength={16}
              aria-describedby="redact-key-text"
              value={key}
              onInput={(e) => setKey(e.currentTarget.value)}
            />
            <p id="redact-key-text" class="sub">
              {t.exports.keyText}
            </p>
          </div>
        )}
        <ul class="formats">
          {about.value.formats.map((f) => (
            <li key={f.name}>
              <button type="button" class="format" onClick={() => write(f)}>
                <strong>{t.exports.format(f.name, f.extension)}</strong>
                <span class="sub">{f.description}</span>
              </button>
            </li>
          ))}
        </ul>
      </dialog>
    </>
  );
}
