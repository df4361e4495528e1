// A form from a list of fields. What it gives is strings; empty fields are left out.
import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import type { Item } from '../declarations.ts';
import { lines } from '../declarations.ts';

export interface FormField {
  name: string;
  label: string;
  hint?: string;
  /** lines takes one value a line, set any of the choices. */
  kind?: 'text' | 'date' | 'time' | 'lines' | 'long' | 'set';
  required?: boolean;
  /** choices are the only values; list offers values and takes others too. */
  choices?: { value: string; label: string }[];
  list?: string;
  /** value is what stands there; several stand one a line. */
  value?: string;
}

/** given is what a person gave for a field; nothing when it was left empty. */
function given(f: FormField, data: FormData): string | string[] | undefined {
  const text = data.getAll(f.name).join('\n').trim();
  if (!text) return undefined;
  return f.kind === 'lines' || f.kind === 'set' ? lines(text) : text;
}

export function Form(props: { fields: FormField[]; go: string; onGo: (item: Item) => void; label: string; children?: ComponentChildren }) {
  const form = useRef<HTMLFormElement>(null);
  const submit = (e: Event) => {
    e.preventDefault();
    const data = new FormData(form.current!);
    const item: Item = {};
    for (const f of props.fields) {
      const value = given(f, data);
      if (value !== undefined) item[f.name] = value;
    }
    props.onGo(item);
    form.current!.reset();
  };
  return (
    <form ref={form} class="entry" aria-label={props.label} onSubmit={submit}>
      {props.fields.map((f) => (f.kind === 'set' ? <Choices key={f.name} f={f} /> : <Field key={f.name} f={f} />))}
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
          type={(f.kind ?? 'text') as 'text' | 'date' | 'time'}
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

/** Choices takes any of some values; of those that are required, one must be taken. */
function Choices({ f }: { f: FormField }) {
  const [taken, setTaken] = useState(() => lines(f.value ?? ''));
  return (
    <fieldset class="field f-set">
      <legend>{f.label}</legend>
      {f.choices!.map(({ value, label }) => (
        <label key={value}>
          <input
            type="checkbox"
            name={f.name}
            value={value}
            required={f.required && taken.length === 0}
            checked={taken.includes(value)}
            onChange={(e) => setTaken(e.currentTarget.checked ? [...taken, value] : taken.filter((v) => v !== value))}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
