import { compared, compareWith, provable, saveDiff } from '../compare.ts';
import { t } from '../strings.ts';
import { Button } from './bits.tsx';
import { Choose } from './Choose.tsx';
import { DiffView } from './DiffView.tsx';
import { Icon } from './icons.tsx';

export function Compare() {
  const c = compared.value;
  return (
    <section class="card compare" aria-labelledby="compare-title">
      <div class="card-head">
        <h2 id="compare-title">{t.compare.title}</h2>
        {c && (
          <div class="buttons">
            {(['json', 'markdown', 'sarif', 'text'] as const).map((f) => (
              <Button key={f} label={t.compare.save(f)} onClick={() => saveDiff(f)}>
                <Icon name="save" />
                {t.compare.format[f]}
              </Button>
            ))}
          </div>
        )}
      </div>
      <p class="sub">{provable() ? t.compare.text : t.compare.textSaved}</p>
      <Choose id="compare" onChoose={(entries) => void compareWith(entries)} />
      {c && (
        <>
          <h3>{t.compare.between(t.date(c.diff.old.asOf), t.date(c.diff.new.asOf))}</h3>
          <DiffView d={c.diff} />
        </>
      )}
    </section>
  );
}
