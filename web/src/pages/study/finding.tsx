// The finding card: the same fields in the same order as in the report. A card without a score keeps
// its place, says why, and never looks like a negative.
import { useEffect, useRef } from "preact/hooks";
import type { Finding } from "../../api/contract";
import { Grid100, ProbabilityAxis } from "../../design/axis";
import { count, percent, percentRange } from "../../design/numbers";
import { Outside } from "../../design/text";
import { FindingWord } from "../../design/word";
import { shortcut } from "../../keys/registry";
import { Answer } from "./answer";
import { isUndecided, shownState, type StudyModel } from "./model";

const kTierWords: Record<string, string> = { high: "High tier", medium: "Medium tier", low: "Low tier", undecided: "Undecided" };

function Score({ finding }: { finding: Finding }) {
  const { probability, lower, upper, threshold } = finding;
  if (probability === null || lower === null || upper === null || threshold === null) return null;
  return (
    <div class="num">
      <ProbabilityAxis probability={probability} lower={lower} upper={upper} threshold={threshold} undecided={isUndecided(finding)} />
      <p class="val"><b>{percent(probability)}</b><span class="q">{percentRange(lower, upper)}</span></p>
    </div>
  );
}

function Frequency({ finding }: { finding: Finding }) {
  const { per_100, similar_n, similar_positive, model } = finding;
  if (per_100 === null) return null;
  return (
    <div class="freq">
      <Grid100 n={per_100} />
      <div>
        <p><b>{Math.round(per_100)} of 100</b> films scored like this had the finding.</p>
        <small>
          {similar_n !== null && similar_positive !== null && `${count(similar_positive)} of ${count(similar_n)} validation films. `}
          {model.href.startsWith("/") && <a href={model.href}>How this number was made</a>}
        </small>
      </div>
    </div>
  );
}

function Scored({ finding, model, mayAnswer }: { finding: Finding; model: StudyModel; mayAnswer: boolean }) {
  return (
    <>
      {finding.sentence && <p class="q">{finding.sentence}</p>}
      <Score finding={finding} />
      <Frequency finding={finding} />
      {finding.tier && (
        <dl class="ask"><dt>{kTierWords[finding.tier] ?? finding.tier}</dt><dd>{finding.tier_text}</dd></dl>
      )}
      {finding.answers.length > 0 && <Answer finding={finding} model={model} mayAnswer={mayAnswer} />}
    </>
  );
}

function Held({ onFirstRead }: { onFirstRead: () => void }) {
  return (
    <>
      <p class="q">Shown after your first read, by site policy. You have not entered one.</p>
      <div class="act"><button type="button" aria-keyshortcuts={shortcut("firstRead")} onClick={onFirstRead}>Enter first read <kbd>r</kbd></button></div>
    </>
  );
}

export interface CardProps {
  finding: Finding;
  model: StudyModel;
  index: number;
  marksAllowed: boolean;
  mayAnswer: boolean;
  onFirstRead: () => void;
}

export function FindingCard({ finding, model, index, marksAllowed, mayAnswer, onFirstRead }: CardProps) {
  const state = shownState(finding, marksAllowed);
  const isNow = model.current.value === index;
  const card = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (isNow && !first.current) card.current?.scrollIntoView({ block: "nearest" });
    first.current = false;
  }, [isNow]);
  const isScored = state === "above" || state === "below" || state === "undecided";
  return (
    <article class={isNow ? "finding now" : "finding"} aria-labelledby={`finding-${finding.id}`} aria-current={isNow ? "true" : undefined}
      ref={card} onFocusIn={() => model.select(index)} onPointerDown={() => model.select(index)}>
      <header>
        <span class="tag">{finding.tag}</span>
        <h3 id={`finding-${finding.id}`}>{finding.label}</h3>
        <span class="gap" />
        <span class="res"><FindingWord state={state} /></span>
      </header>
      {isScored && <Scored finding={finding} model={model} mayAnswer={mayAnswer} />}
      {state === "held" && <Held onFirstRead={onFirstRead} />}
      {!isScored && state !== "held" && (
        <p class="q"><Outside text={finding.reason || finding.sentence || "No reason was given. Nothing was scored: read as usual."} /></p>
      )}
    </article>
  );
}
