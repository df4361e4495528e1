// Buttons that choose files or a folder.
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Entry } from '../engine/protocol.ts';
import { fromList } from '../input/collect.ts';
import { t } from '../strings.ts';
import { Button } from './bits.tsx';
import { Icon } from './icons.tsx';

/** Choose gives what was chosen; id begins the ids of its two fields. */
export function Choose(props: { id: string; primary?: boolean; onChoose: (entries: Entry[]) => void; children?: ComponentChildren }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  // The list is copied and the field emptied: choosing the same file again must work.
  const chosen = (input: HTMLInputElement) => {
    const entries = fromList(input.files ?? []);
    input.value = '';
    if (entries.length) props.onChoose(entries);
  };
  return (
    <div class="buttons">
      <Button kind={props.primary ? 'primary' : 'plain'} onClick={() => files.current!.click()}>
        {t.start.files}
      </Button>
      <Button onClick={() => folder.current!.click()}>
        <Icon name="folder" />
        {t.start.folder}
      </Button>
      {props.children}
      <input
        ref={files}
        id={`${props.id}-files`}
        type="file"
        multiple
        accept=".zip,.json,.jsonl"
        hidden
        aria-label={t.start.files}
        onChange={(e) => chosen(e.currentTarget)}
      />
      <input
        ref={(el) => {
          el?.setAttribute('webkitdirectory', '');
          folder.current = el;
        }}
        id={`${props.id}-folder`}
        type="file"
        hidden
        aria-label={t.start.folder}
        onChange={(e) => chosen(e.currentTarget)}
      />
    </div>
  );
}
