import type { Model } from "../../api/oversight";
import { Markdown } from "../../design/markdownview";

export function Card({ model }: { model: Model }) {
  return (
    <section class="card" aria-labelledby="h-card">
      <h2 id="h-card">Model card</h2>
      {model.card.trim() ? <Markdown text={model.card} under={2} name="Model card" /> : <p class="q">The package holds no card.</p>}
    </section>
  );
}
