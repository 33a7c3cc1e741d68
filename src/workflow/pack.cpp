#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/lock.h"
#include "base/text.h"
#include "deploy/card/card.h"
#include "deploy/registry/registry.h"
#include "explain/novelty/novelty.h"
#include "explain/similar/atlas.h"
#include "infer/package/package.h"
#include "workflow/internal/judgement.h"
#include "workflow/internal/run_log.h"
#include "workflow/internal/subject.h"
#include "workflow/models.h"

namespace osler::workflow {
namespace internal {
namespace {

namespace card = deploy::card;
namespace package = infer::package;

// Golden inputs: validation films spread evenly over the scores.
Result<package::GoldenInputs> golden_inputs(const Subject& subject, const Judgement& judgement) {
  OSLER_TRY(const auto tensors, arrays::MappedNpy::open(subject.tensors));
  const auto& rows = judgement.validation.rows;
  const std::size_t count = std::min(package::kFewestGolden, rows.size());
  package::GoldenInputs golden;
  golden.images = count;
  golden.height = tensors.shape()[2];
  golden.width = tensors.shape()[3];
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = i * rows.size() / count;
    const auto pixels = tensors.row(rows[at]);
    golden.pixels.insert(golden.pixels.end(), pixels.begin(), pixels.end());
    golden.logits.push_back(static_cast<float>(judgement.validation_scores.logits[at]));
  }
  return golden;
}

// The detector of strange films, or nothing where there are too few to fit it.
Result<Bytes> novelty_of(const Subject& subject, const Judgement& judgement) {
  OSLER_TRY(const auto tensors, arrays::MappedNpy::open(subject.tensors));
  const auto& validation = judgement.validation;
  std::vector<float> pixels;
  for (const std::size_t row : validation.rows) {
    const auto film = tensors.row(row);
    pixels.insert(pixels.end(), film.begin(), film.end());
  }
  const explain::novelty::Films films{
      .count = validation.rows.size(),
      .height = tensors.shape()[2],
      .width = tensors.shape()[3],
      .pixels = pixels,
      .features_per_film = judgement.validation_scores.features_per_film,
      .features = judgement.validation_scores.features};
  OSLER_TRY(const auto detector,
            explain::novelty::Detector::fit(
                films, {.false_alarm_rate = subject.request->study.false_alarm_rate,
                        .folds = 5,
                        .seed = subject.request->seed,
                        .groups = validation.groups}));
  return detector.serialise();
}

// Validation films whose de-identified object this home keeps, evenly drawn where there are many.
Result<Bytes> atlas_of(const Subject& subject, const Judgement& judgement) {
  constexpr std::size_t kMostFilms = 4000;
  const auto& validation = judgement.validation;
  const auto& scores = judgement.validation_scores;
  explain::similar::Atlas atlas{.features_per_film = scores.features_per_film};
  const std::size_t step = validation.rows.size() / kMostFilms + 1;
  for (std::size_t i = 0; i < validation.rows.size(); i += step) {
    const auto& item = subject.data.manifest.items[validation.rows[i]];
    if (item.media == "application/x-osler-grey8") {
      continue;  // rows of an array: there is no picture to show
    }
    const auto film =
        std::span(scores.features).subspan(i * scores.features_per_film, scores.features_per_film);
    atlas.features.insert(atlas.features.end(), film.begin(), film.end());
    atlas.positive.push_back(validation.labels[i]);
    atlas.objects.push_back(item.object);
  }
  if (atlas.films() == 0 || atlas.features_per_film == 0) {
    return Bytes{};
  }
  return atlas.serialise();
}

card::Metric metric(std::string name, const evaluate::metrics::Estimate& found) {
  return {.name = std::move(name),
          .estimate = {.value = found.value,
                       .lower = found.has_interval() ? found.lower : found.value,
                       .upper = found.has_interval() ? found.upper : found.value,
                       .n = found.n}};
}

std::vector<std::string> use_limits(const study::IntendedUse& use) {
  std::vector<std::string> limits;
  const auto add = [&](const char* what, const std::vector<std::string>& list) {
    if (!list.empty()) {
      limits.push_back(std::string(what) + ": " + join(list, ", "));
    }
  };
  add("Modality", use.modality);
  add("Body part", use.body_part);
  add("View", use.view);
  if (use.age_years) {
    limits.push_back("Age: " + fixed((*use.age_years)[0], 0) + " to " +
                     fixed((*use.age_years)[1], 0) + " years");
  }
  return limits;
}

std::string card_text(const Subject& subject, const Judgement& judgement, std::int64_t version) {
  const auto& study = subject.request->study;
  const auto& found = judgement.report;
  card::Evidence evidence;
  evidence.model = study.name;
  evidence.version = version;
  evidence.finding = study.finding.label;
  evidence.purpose = study.intended_use.statement;
  evidence.use_limits = use_limits(study.intended_use);
  evidence.do_not_use = {"as the only reader of a film",
                         "outside the limits above: the model then gives no number"};
  evidence.network = subject.training.contains("imported")
                         ? "imported ONNX network of " + subject.training.value("producer", "")
                         : dump_json(study::to_json(study.training)["network"]);
  evidence.data = subject.data.version.reference() + ", " + subject.data.version.digest.hex();
  evidence.training_films = found.options.parts.front().films;
  evidence.validation_films = judgement.validation.rows.size();
  evidence.test_films = found.films;
  evidence.test_positive = found.positives;
  evidence.metrics = {metric("AUROC", found.metrics.auroc),
                      metric("AUPRC", found.metrics.auprc),
                      metric("Sensitivity", found.metrics.sensitivity),
                      metric("Specificity", found.metrics.specificity),
                      metric("PPV", found.metrics.ppv),
                      metric("NPV", found.metrics.npv),
                      metric("Brier score", found.metrics.brier),
                      metric("Calibration error (ECE)", found.metrics.ece)};
  evidence.threshold = judgement.fitted.map.threshold;
  if (found.options.metadata) {
    evidence.metadata_baseline = evaluate::baseline::sentence(*found.options.metadata);
  }
  for (const auto& group : found.subgroups.groups) {
    evidence.subgroups.push_back(
        {.attribute = group.column,
         .group = group.value,
         .films = group.n,
         .positive = group.positives,
         .metrics = {metric("AUROC", group.auroc), metric("Sensitivity", group.sensitivity),
                     metric("Specificity", group.specificity)}});
  }
  evidence.gates = judgement.gates;
  evidence.sign_offs = subject.request->sign_offs;
  evidence.not_assessed = {"other hospitals than those of the data", "change over time",
                           "the effect on a reader's decisions"};
  if (!study.weights.written.empty()) {
    evidence.licences = {"initial weights: " + study.weights.written +
                         "; weights trained on ImageNet carry its non-commercial terms"};
  }
  return card::markdown(evidence);
}

Json provenance_of(const Subject& subject) {
  const auto& study = subject.request->study;
  return {{"study", study::digest(study).hex()},
          {"study_file", study::to_json(study)},
          {"dataset", subject.data.version.reference()},
          {"dataset_digest", subject.data.version.digest.hex()},
          {"origin", subject.data.manifest.origin},
          {"seed", subject.request->seed},
          {"code", code_revision()},
          {"network_sha256", crypto::sha256(subject.onnx).hex()},
          {"imported", subject.training.value("imported", "")}};
}

Json finding_of(const study::Finding& finding) {
  return {{"label", finding.label}, {"code", finding.code}, {"system", finding.system}};
}

Result<package::Contents> contents_of(const Subject& subject, const Judgement& judgement,
                                      std::int64_t version) {
  const auto& study = subject.request->study;
  package::Contents contents;
  contents.name = study.name;
  contents.version = version;
  contents.onnx = subject.onnx;
  contents.transform = dump_json(imaging::transform::to_json(study.transform));
  contents.finding = dump_json(finding_of(study.finding));
  contents.intended_use = dump_json(study::to_json(study)["intended_use"]);
  contents.score_map = judgement.fitted.map;
  OSLER_TRY(contents.novelty, novelty_of(subject, judgement));
  OSLER_TRY(contents.atlas, atlas_of(subject, judgement));
  contents.provenance = dump_json(provenance_of(subject));
  contents.metrics = dump_json(evaluate::report::to_json(judgement.report.metrics));
  contents.gates = dump_json({{"gates", deploy::gates::to_json(judgement.gates)},
                              {"sign_offs", deploy::gates::to_json(subject.request->sign_offs)}});
  OSLER_TRY(contents.golden, golden_inputs(subject, judgement));
  contents.card = card_text(subject, judgement, version);
  return contents;
}

// What the model was made from: the same content is the same version, however often it is run.
std::string content_key(const Subject& subject) {
  Json key = provenance_of(subject);
  key["sign_offs"] = deploy::gates::to_json(subject.request->sign_offs);
  return crypto::sha256(dump_json(key)).hex();
}

// Novelty detectors of large data sets take minutes to fit.
constexpr std::chrono::minutes kRegistrationPatience(10);

// One process at a time makes the next version of a model: what it finds half-made in the model's
// folder was left by one that was stopped.
Result<FileLock> lock_model(const Home& home, const std::string& name) {
  const auto folder = home.folder() / "models" / name;
  OSLER_TRY(auto lock, FileLock::take(folder / "lock", kRegistrationPatience));
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().filename().string().starts_with('.')) {
      std::filesystem::remove_all(entry.path(), ignored);
    }
  }
  return lock;
}

Result<void> register_model(Home& home, const Subject& subject, const Judgement& judgement,
                            StudyResult& result, Progress& progress) {
  progress.begin("package", 0);
  const auto& study = subject.request->study;
  OSLER_TRY(auto registry, deploy::registry::Registry::open(home.database(), home.clock()));
  const std::string content = content_key(subject);
  OSLER_TRY(const auto lock, lock_model(home, study.name));
  OSLER_TRY(const auto before, registry.find_content(study.name, content));
  if (before) {
    result.version = before->version;
    result.digest = before->digest.hex();
    result.package = model_folder(home, study.name, before->version);
    progress.end(before->reference() + ", " + result.digest.substr(0, 8) +
                 ": the same as before, nothing new is registered");
    return {};
  }
  OSLER_TRY(const auto version, registry.next_version(study.name));
  OSLER_TRY(const auto contents, contents_of(subject, judgement, version));
  const auto folder = model_folder(home, study.name, version);
  std::error_code error;
  std::filesystem::remove_all(folder, error);  // of a run that was stopped before it was registered
  OSLER_TRY(const auto digest, package::write(folder, contents, home.signing_key().private_key));
  OSLER_TRY(auto change, storage::Transaction::begin(home.database()));
  const deploy::registry::Model model{
      .name = study.name, .version = version, .digest = digest, .content = content};
  OSLER_TRY_DO(registry.add(change, model,
                            {.actor = home.configuration().actor, .reason = "run " + subject.run}));
  std::map<std::string, std::string> facts{
      {"model", model.reference()}, {"digest", digest.hex()}, {"run", subject.run}};
  for (const auto& sign_off : subject.request->sign_offs) {
    facts["signed off by " + sign_off.person] = sign_off.reason;
  }
  OSLER_TRY_DO(home.audit().append(change, home.event("model.register", std::move(facts))));
  OSLER_TRY_DO(change.commit());
  result.version = version;
  result.digest = digest.hex();
  result.package = folder;
  progress.end(model.reference() + ", " + result.digest.substr(0, 8) + ", signed");
  return {};
}

}  // namespace

Result<StudyResult> conclude(Home& home, Subject& subject, const infer::engine::Session& session,
                             Progress& progress) {
  OSLER_TRY(Judgement judgement, judge(home, subject, session, progress));
  StudyResult result;
  result.run = subject.run;
  result.dataset = subject.data.version.reference();
  result.name = subject.request->study.name;
  result.predictions = judgement.predictions;
  result.report_html = subject.folder / "report.html";
  result.report_json = subject.folder / "report.json";
  result.gates = judgement.gates;
  const auto allowed = deploy::gates::may_register(judgement.gates, subject.request->sign_offs);
  if (allowed) {
    OSLER_TRY_DO(register_model(home, subject, judgement, result, progress));
  } else {
    result.blocked_because = allowed.error().message;
    OSLER_TRY_DO(
        home.record("model.blocked", {{"run", subject.run}, {"reason", result.blocked_because}}));
  }
  result.report = std::move(judgement.report);
  return result;
}

}  // namespace internal

Json to_json(const StudyResult& result) {
  const auto metadata = result.report.options.metadata
                            ? evaluate::metrics::to_json(result.report.options.metadata->auroc)
                            : Json();
  return {{"run", result.run},
          {"dataset", result.dataset},
          {"model", result.version ? Json(result.name) : Json()},
          {"version", result.version ? Json(*result.version) : Json()},
          {"digest", result.version ? Json(result.digest) : Json()},
          {"seconds", result.seconds},
          {"training_seconds", result.training_seconds},
          {"metrics", {{"test", evaluate::report::to_json(result.report.metrics)}}},
          {"metadata_baseline", {{"auroc", metadata}}},
          {"gates", deploy::gates::to_json(result.gates)},
          {"blocked_because", result.blocked_because},
          {"predictions", result.predictions.string()},
          {"report", result.report_html.string()},
          {"package", result.package.string()}};
}

}  // namespace osler::workflow
