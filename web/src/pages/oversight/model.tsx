// One model version: four numbers with their days, what readers say of it, where it is weaker, its
// gates, its pause, its card.
import { path, serverGoneSince } from "../../api/client";
import type { Model } from "../../api/oversight";
import { usePoll } from "../../api/poll";
import { can } from "../../api/session";
import { KeyBar, NoticeLine } from "../../design/controls";
import { useKeyBar } from "../../design/keybar";
import { Card } from "./card";
import { Failure, Loading } from "../../design/states";
import { Digest, Outside } from "../../design/text";
import { clock, fullDate, now, when } from "../../design/times";
import type { Route } from "../../router/router";
import { StateWord } from "./inventory";
import { FourNumbers } from "./four";
import { Gates, History } from "./gates";
import { Overrides } from "./overrides";
import { PausePanel } from "./pause";
import { Groups } from "./groups";
import { reviewWords } from "./words";
import "../../design/inventory.css";
import "./oversight.css";

const kEveryMs = 5000;

function Head({ model }: { model: Model }) {
  return (
    <div class="mhead">
      <h1>{model.name} <span>{model.version}</span></h1>
      <span class="nw"><StateWord state={model.state} /> {model.since && <span class="q">since {when(model.since)}</span>}</span>
      <span class="q">{[model.risk && `Risk ${model.risk}`, model.owner && `owner ${model.owner}`].filter(Boolean).join(", ") || "Risk and owner are not set"}</span>
      <Digest digest={model.digest} />
      <span class="gap" />
      {model.run && can("run.read") && <a href={`/runs/${encodeURIComponent(model.run)}`}>Run {model.run}</a>}
      {model.report ? <a href={model.report} target="_blank" rel="noreferrer">Evaluation report</a> : <span class="qq">No evaluation report</span>}
      <a href="/oversight">All models</a>
    </div>
  );
}

function Review({ model }: { model: Model }) {
  const { words } = reviewWords(model.next_review, now.value);
  return (
    <section aria-labelledby="h-review">
      <h2 id="h-review">{words ? `Next review: ${fullDate(model.next_review)}` : "Next review: not set"}</h2>
      <p class="q">{words ? `${words[0]?.toUpperCase()}${words.slice(1)}. ` : "The site’s configuration names the day. "}
        {model.last_validation ? `Last validated ${fullDate(model.last_validation)}.` : "When it was last validated is not known."}</p>
      <History model={model} />
    </section>
  );
}

function Loaded({ model, refresh, supersede }: { model: Model; refresh: () => Promise<void>; supersede: () => void }) {
  return (
    <>
      <Head model={model} />
      {model.decision_needed && <p class="verdict"><StateWord state={model.state} /> <b><Outside text={model.decision_needed} /></b></p>}
      <p class="intended"><span class="qq">Intended use</span> <Outside text={model.intended_use || "Not stated in the package."} /></p>
      <FourNumbers model={model} />
      <div class="three two">
        <Overrides model={model} />
        <div class="stack"><Groups model={model} /><Gates gates={model.gates} signOffs={model.sign_offs} /></div>
      </div>
      <div class="three two">
        <PausePanel model={model} refresh={refresh} supersede={supersede} />
        <Review model={model} />
      </div>
      <Card model={model} />
    </>
  );
}

export function ModelPage({ route }: { route: Extract<Route, { page: "model" }> }) {
  const polled = usePoll<Model>(path`/api/models/${route.name}/${route.version}`, kEveryMs);
  const model = polled.data.value;
  const error = polled.error.value;
  useKeyBar(<KeyBar hints={[{ ids: ["goOversight"], words: "all models" }, { ids: ["goRuns"], words: "runs" }]} />, []);
  if (!model) return error ? <Failure whole title="This model cannot be shown" error={error} retry={() => void polled.refresh()} /> : <Loading what="the model" />;
  return (
    <>
      {error && !serverGoneSince.value && (
        <NoticeLine shape="failed" word="Not renewed">{error.message} What is shown is from {polled.confirmed.value ? clock(polled.confirmed.value, true) : "before"}.</NoticeLine>
      )}
      <Loaded model={model} refresh={polled.refresh} supersede={polled.supersede} key={`${model.name} ${model.version}`} />
    </>
  );
}
