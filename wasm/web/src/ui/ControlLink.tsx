import type { ComponentChildren } from 'preact';
import { formatRoute } from '../route.ts';
import { go, route } from '../state.ts';

/** ControlLink opens the detail of a control over the present view. */
export function ControlLink({ id, class: className, children }: { id: string; class?: string; children?: ComponentChildren }) {
  return (
    <a
      class={className}
      href={formatRoute({ ...route.value, control: id })}
      onClick={(e) => {
        if (e.ctrlKey || e.metaKey || e.shiftKey) return;
        e.preventDefault();
        go({ control: id });
      }}
    >
      {children ?? id}
    </a>
  );
}
