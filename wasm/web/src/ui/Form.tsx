// A form from a list of fields. What it gives is strings; empty fields are left out.
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import type { Item } from '../declarations.ts';
import { lines } from '../declarations.ts';

export interface FormField {
  name: string;
  label: string;
  hint?: string;
  kind?: 'text' | 'date' | 'lines' | 'long';
  required?: boolean;
  /** choices are the only values; list offers values and takes others too. */
  choices?: { value: string; label: string }[];
  list?: string;
  value?: string;
}

export function Form(props: { fields: FormField[]; go: string; onGo: (item: Item) => void; label: string; children?: ComponentChildren }) {
  const form = useRef<HTMLFormElement>(null);
  const submit = (e: Event) => {
    e.preventDefault();
    const data = new FormData(form.current!);
    const item: Item = {};
    for (const f of props.fields) {
      const text = String(data.get(f.name) ?? '').trim();
      if (text) item[f.name] = f.kind === 'lines' ? lines(text) : text;
    }
    props.onGo(item);
    form.current!.reset();
  };
  return (
    <form ref={form} class="entry" aria-label={props.label} onSubmit={submit}>
      {props.fields.map((f) => (
        <Field key={f.name} f={f} />
      ))}
      <div class="buttons">
        <button type="submit" class="button">
          {props.go}
        </button>
        {props.children}
      </div>
    </form>
  );
}

function Field({ f }: { f: FormField }) {
  const id = useId();
  const common = { id, name: f.name, required: f.required, 'aria-describedby': f.hint ? `${id}-hint` : undefined };
  return (
    <div class={`field f-${f.kind ?? 'text'}`}>
      <label for={id}>{f.label}</label>
      {f.choices ? (
        <select {...common} defaultValue={f.value}>
          {f.choices.map((c) => (
            <option key={c.value} value={c.value} selected={c.value === f.value}>
              {c.label}
            </option>
          ))}
        </select>
      ) : f.kind === 'lines' || f.kind === 'long' ? (
        <textarea {...common} rows={2} spellcheck={f.kind === 'long'} defaultValue={f.value} />
      ) : (
        <input
          {...common}
          type={f.kind ?? 'text'}
          autocomplete="off"
          spellcheck={false}
          list={f.list}
          max={f.kind === 'date' ? '2999-12-31' : undefined}
          defaultValue={f.value}
        />
      )}
      {f.hint && (
        <p id={`${id}-hint`} class="sub">
          {f.hint}
        </p>
      )}
    </div>
  );
}
